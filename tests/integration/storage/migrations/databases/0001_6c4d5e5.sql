BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE consent (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	event VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	door VARCHAR NOT NULL, 
	note VARCHAR DEFAULT '' NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE CASCADE
);
INSERT INTO "consent" VALUES(1,2241937781945936,'sign-up','pending','2026-02-03 07:17:40.662807','cli','tests');
INSERT INTO "consent" VALUES(2,2241937781945936,'confirm','confirmed','2026-02-03 07:17:40.662807','cli','tests');
INSERT INTO "consent" VALUES(3,4175140144507433,'sign-up','pending','2026-02-03 07:17:41.579131','cli','tests');
INSERT INTO "consent" VALUES(4,4175140144507433,'confirm','confirmed','2026-02-03 07:17:41.579131','cli','tests');
INSERT INTO "consent" VALUES(5,5447761134771427,'sign-up','pending','2026-02-03 07:17:42.392284','cli','tests');
INSERT INTO "consent" VALUES(6,5447761134771427,'confirm','confirmed','2026-02-03 07:17:42.392284','cli','tests');
INSERT INTO "consent" VALUES(7,6269142505121129,'sign-up','pending','2026-02-03 07:17:43.179002','cli','tests');
INSERT INTO "consent" VALUES(8,6269142505121129,'confirm','confirmed','2026-02-03 07:17:43.179002','cli','tests');
INSERT INTO "consent" VALUES(9,818647989509099,'sign-up','pending','2026-02-03 07:17:44.008363','cli','tests');
INSERT INTO "consent" VALUES(10,3960434887288050,'sign-up','pending','2026-02-03 07:17:44.854473','cli','tests');
INSERT INTO "consent" VALUES(11,3960434887288050,'confirm','confirmed','2026-02-03 07:17:44.854473','cli','tests');
INSERT INTO "consent" VALUES(12,3960434887288050,'leave','left','2026-02-03 07:17:45.771713','cli','tests');
INSERT INTO "consent" VALUES(13,4912583400924457,'sign-up','pending','2026-02-03 07:17:46.696810','cli','tests');
INSERT INTO "consent" VALUES(14,4912583400924457,'confirm','confirmed','2026-02-03 07:17:46.696810','cli','tests');
INSERT INTO "consent" VALUES(15,8496697485001018,'sign-up','pending','2026-02-03 07:17:49.663943','cli','tests');
INSERT INTO "consent" VALUES(16,8496697485001018,'confirm','confirmed','2026-02-03 07:17:49.663943','cli','tests');
CREATE TABLE delivered_papers (
	delivery_id INTEGER NOT NULL, 
	paper_id VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	topic VARCHAR NOT NULL, 
	score FLOAT NOT NULL, 
	reasons JSON NOT NULL, 
	PRIMARY KEY (delivery_id, paper_id), 
	FOREIGN KEY(delivery_id) REFERENCES deliveries (id) ON DELETE CASCADE, 
	FOREIGN KEY(paper_id) REFERENCES papers (id) ON UPDATE CASCADE
);
INSERT INTO "delivered_papers" VALUES(1,'2602.00002',0,'agents',1.48489957890827084519e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(1,'2602.00001',1,'agents',1.48489957890827084519e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(1,'title:303b4f434b6c2a0c',2,'agents',9.67335162593931791041e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(1,'2602.00003',3,'robots',4.89523008719250918296e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(3,'2602.00003',0,'robots',4.89523008719250918296e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(4,'2602.00002',0,'agents',1.48489957890827084519e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(4,'2602.00001',1,'agents',1.48489957890827084519e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(4,'title:303b4f434b6c2a0c',2,'agents',9.67335162593931791041e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(4,'2602.00003',3,'robots',4.89523008719250918296e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(2,'2602.00002',0,'agents',1.48489957890827084519e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(2,'2602.00001',1,'agents',1.48489957890827084519e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(2,'title:303b4f434b6c2a0c',2,'agents',9.67335162593931791041e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(2,'2602.00003',3,'robots',4.89523008719250918296e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(6,'2602.00002',0,'agents',1.48489957890827084519e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(6,'2602.00001',1,'agents',1.48489957890827084519e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(6,'title:303b4f434b6c2a0c',2,'agents',9.67335162593931791041e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(7,'2602.00005',0,'agents',8.81142982380957867638e-02,'["\u201cagent\u201d in the title", "most voted of the day\u2019s 2 papers", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(7,'2602.00004',1,'agents',8.81142982380957867638e-02,'["similar to 2602.00005"]');
INSERT INTO "delivered_papers" VALUES(8,'2602.00005',0,'agents',8.81142982380957867638e-02,'["\u201cagent\u201d in the title", "most voted of the day\u2019s 2 papers", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(8,'2602.00004',1,'agents',8.81142982380957867638e-02,'["similar to 2602.00005"]');
INSERT INTO "delivered_papers" VALUES(10,'2602.00005',0,'agents',8.81142982380957867638e-02,'["\u201cagent\u201d in the title", "most voted of the day\u2019s 2 papers", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(10,'2602.00004',1,'agents',8.81142982380957867638e-02,'["similar to 2602.00005"]');
INSERT INTO "delivered_papers" VALUES(12,'2602.00005',0,'agents',8.81142982380957867638e-02,'["\u201cagent\u201d in the title", "most voted of the day\u2019s 2 papers", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(12,'2602.00004',1,'agents',8.81142982380957867638e-02,'["similar to 2602.00005"]');
CREATE TABLE deliveries (
	id INTEGER NOT NULL, 
	day DATE NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	state VARCHAR NOT NULL, 
	reason VARCHAR, 
	subject VARCHAR, 
	message_id VARCHAR, 
	planned_at DATETIME NOT NULL, 
	settled_at DATETIME, 
	attempts INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (day, subscriber_id), 
	FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
);
INSERT INTO "deliveries" VALUES(1,'2026-02-02',2241937781945936,'sent',NULL,'Robots that walk + 2 more · 2 Feb','<20260202.7f707d119f650.229fbcfc51a54c1c@papers.example>','2026-02-03 07:17:48.792613','2026-02-03 07:17:48.801611',1);
INSERT INTO "deliveries" VALUES(2,'2026-02-02',4175140144507433,'deferred','127.0.0.1:33797 at RCPT: 451 4.7.1 greylisted','Robots that walk + 2 more · 2 Feb','<20260202.ed54491336a29.9e431c397509552e@papers.example>','2026-02-03 07:17:48.802957','2026-02-03 07:17:50.684609',2);
INSERT INTO "deliveries" VALUES(3,'2026-02-02',4912583400924457,'sent',NULL,'Robots that walk · 2 Feb','<20260202.1173f7f48aa529.aa2643391210eda7@papers.example>','2026-02-03 07:17:48.809247','2026-02-03 07:17:48.814107',1);
INSERT INTO "deliveries" VALUES(4,'2026-02-02',5447761134771427,'failed','127.0.0.1:33797 at RCPT: 550 5.1.1 no such user','Robots that walk + 2 more · 2 Feb','<20260202.135ab5bb425ce3.7b0480e1aace8ccb@papers.example>','2026-02-03 07:17:48.814961','2026-02-03 07:17:48.820129',1);
INSERT INTO "deliveries" VALUES(5,'2026-02-02',6269142505121129,'skipped','none of the day’s 4 papers is about Whales',NULL,NULL,'2026-02-03 07:17:50.686807','2026-02-03 07:17:50.686807',2);
INSERT INTO "deliveries" VALUES(6,'2026-02-02',8496697485001018,'unknown','127.0.0.1:33797 was lost after the mail was handed over: Connection unexpectedly closed; it may have been delivered','An agent named 2 + 1 more · 2 Feb','<20260202.1e2fb38b5b813a.aaf370ec5dd47f50@papers.example>','2026-02-03 07:17:50.688800','2026-02-03 07:17:50.697996',1);
INSERT INTO "deliveries" VALUES(7,'2026-02-03',2241937781945936,'sent',NULL,'An agent named 5 · 3 Feb','<20260203.7f707d119f650.7ff280970ecfb987@papers.example>','2026-02-03 07:17:51.634996','2026-02-03 07:17:51.644155',1);
INSERT INTO "deliveries" VALUES(8,'2026-02-03',4175140144507433,'deferred','127.0.0.1:33797 at RCPT: 451 4.7.1 greylisted','An agent named 5 · 3 Feb','<20260203.ed54491336a29.4b2a00a6ee78f553@papers.example>','2026-02-03 07:17:51.645630','2026-02-03 07:17:51.650966',1);
INSERT INTO "deliveries" VALUES(9,'2026-02-03',4912583400924457,'skipped','none of the day’s 2 papers is about Robots',NULL,NULL,'2026-02-03 07:17:51.651806','2026-02-03 07:17:51.651806',1);
INSERT INTO "deliveries" VALUES(10,'2026-02-03',5447761134771427,'failed','127.0.0.1:33797 at RCPT: 550 5.1.1 no such user','An agent named 5 · 3 Feb','<20260203.135ab5bb425ce3.f6a59becad0248f9@papers.example>','2026-02-03 07:17:51.653132','2026-02-03 07:17:51.658204',1);
INSERT INTO "deliveries" VALUES(11,'2026-02-03',6269142505121129,'skipped','none of the day’s 2 papers is about Whales',NULL,NULL,'2026-02-03 07:17:51.659087','2026-02-03 07:17:51.659087',1);
INSERT INTO "deliveries" VALUES(12,'2026-02-03',8496697485001018,'claimed',NULL,'An agent named 5 · 3 Feb','<20260203.1e2fb38b5b813a.88d45b535c82cf82@papers.example>','2026-02-03 07:17:51.660137',NULL,1);
CREATE TABLE fetches (
	day DATE NOT NULL, 
	source VARCHAR NOT NULL, 
	fetched_at DATETIME NOT NULL, 
	state VARCHAR NOT NULL, 
	declared INTEGER NOT NULL, 
	parsed INTEGER NOT NULL, 
	rejected INTEGER NOT NULL, 
	other_days INTEGER NOT NULL, 
	error VARCHAR, 
	PRIMARY KEY (day, source)
);
INSERT INTO "fetches" VALUES('2026-02-02','file','2026-02-03 07:17:50.636094','ok',6,4,0,2,NULL);
INSERT INTO "fetches" VALUES('2026-02-03','file','2026-02-03 07:17:51.605513','ok',6,2,0,4,NULL);
CREATE TABLE papers (
	id VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	title_key VARCHAR NOT NULL, 
	abstract VARCHAR NOT NULL, 
	authors JSON NOT NULL, 
	author_count INTEGER, 
	categories JSON NOT NULL, 
	published_at DATETIME, 
	links JSON NOT NULL, 
	precedence INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "papers" VALUES('2602.00001','An agent named 1','anagentnamed1','It is a thing of note.','["A. Writer", "B. Author"]',NULL,'["cs.AI"]','2026-02-02 09:00:00.000000','{"abs": "https://arxiv.org/abs/2602.00001", "pdf": "https://arxiv.org/pdf/2602.00001"}',3);
INSERT INTO "papers" VALUES('2602.00002','An agent named 2','anagentnamed2','It is a thing of note.','["A. Writer", "B. Author"]',NULL,'["cs.AI"]','2026-02-02 09:00:00.000000','{"abs": "https://arxiv.org/abs/2602.00002", "pdf": "https://arxiv.org/pdf/2602.00002"}',3);
INSERT INTO "papers" VALUES('2602.00003','Robots that walk','robotsthatwalk','It is a thing of note.','["A. Writer", "B. Author"]',NULL,'["cs.AI"]','2026-02-02 09:00:00.000000','{"abs": "https://arxiv.org/abs/2602.00003", "pdf": "https://arxiv.org/pdf/2602.00003"}',3);
INSERT INTO "papers" VALUES('title:303b4f434b6c2a0c','An agent without a number','anagentwithoutanumber','Known by its title alone.','["C. Writer"]',NULL,'[]',NULL,'{}',3);
INSERT INTO "papers" VALUES('2602.00004','An agent named 4','anagentnamed4','It is a thing of note.','["A. Writer", "B. Author"]',NULL,'["cs.AI"]','2026-02-03 09:00:00.000000','{"abs": "https://arxiv.org/abs/2602.00004", "pdf": "https://arxiv.org/pdf/2602.00004"}',3);
INSERT INTO "papers" VALUES('2602.00005','An agent named 5','anagentnamed5','It is a thing of note.','["A. Writer", "B. Author"]',NULL,'["cs.AI"]','2026-02-03 09:00:00.000000','{"abs": "https://arxiv.org/abs/2602.00005", "pdf": "https://arxiv.org/pdf/2602.00005"}',3);
CREATE TABLE sightings (
	paper_id VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	day DATE NOT NULL, 
	featured_at DATETIME, 
	PRIMARY KEY (paper_id, source), 
	FOREIGN KEY(paper_id) REFERENCES papers (id) ON UPDATE CASCADE
);
INSERT INTO "sightings" VALUES('title:303b4f434b6c2a0c','file','2026-02-02',NULL);
INSERT INTO "sightings" VALUES('2602.00003','file','2026-02-02',NULL);
INSERT INTO "sightings" VALUES('2602.00002','file','2026-02-02',NULL);
INSERT INTO "sightings" VALUES('2602.00001','file','2026-02-02',NULL);
INSERT INTO "sightings" VALUES('2602.00005','file','2026-02-03',NULL);
INSERT INTO "sightings" VALUES('2602.00004','file','2026-02-03',NULL);
CREATE TABLE signals (
	paper_id VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	observed_at DATETIME NOT NULL, 
	upvotes INTEGER, 
	comments INTEGER, 
	stars INTEGER, 
	PRIMARY KEY (paper_id, source, observed_at), 
	FOREIGN KEY(paper_id) REFERENCES papers (id) ON UPDATE CASCADE
);
INSERT INTO "signals" VALUES('2602.00001','file','2026-02-03 07:17:47.973641',3,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00002','file','2026-02-03 07:17:47.973641',6,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00003','file','2026-02-03 07:17:47.973641',9,NULL,NULL);
INSERT INTO "signals" VALUES('title:303b4f434b6c2a0c','file','2026-02-03 07:17:47.973641',1,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00004','file','2026-02-03 07:17:51.599165',12,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00005','file','2026-02-03 07:17:51.599165',15,NULL,NULL);
CREATE TABLE subscribers (
	id INTEGER NOT NULL, 
	address VARCHAR NOT NULL, 
	address_key VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	since DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (address_key)
);
INSERT INTO "subscribers" VALUES(818647989509099,'fay@example.org','fay@example.org','pending','2026-02-03 07:17:44.008363');
INSERT INTO "subscribers" VALUES(2241937781945936,'ada@example.org','ada@example.org','confirmed','2026-02-03 07:17:40.662807');
INSERT INTO "subscribers" VALUES(3960434887288050,'gil@example.org','gil@example.org','left','2026-02-03 07:17:44.854473');
INSERT INTO "subscribers" VALUES(4175140144507433,'bo@example.org','bo@example.org','confirmed','2026-02-03 07:17:41.579131');
INSERT INTO "subscribers" VALUES(4912583400924457,'hal@example.org','hal@example.org','confirmed','2026-02-03 07:17:46.696810');
INSERT INTO "subscribers" VALUES(5447761134771427,'cy@example.org','cy@example.org','confirmed','2026-02-03 07:17:42.392284');
INSERT INTO "subscribers" VALUES(6269142505121129,'di@example.org','di@example.org','confirmed','2026-02-03 07:17:43.179002');
INSERT INTO "subscribers" VALUES(8496697485001018,'eli@example.org','eli@example.org','confirmed','2026-02-03 07:17:49.663943');
CREATE TABLE subscriptions (
	subscriber_id INTEGER NOT NULL, 
	topic VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (subscriber_id, topic), 
	FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE CASCADE
);
INSERT INTO "subscriptions" VALUES(2241937781945936,'agents',0);
INSERT INTO "subscriptions" VALUES(2241937781945936,'robots',1);
INSERT INTO "subscriptions" VALUES(4175140144507433,'agents',0);
INSERT INTO "subscriptions" VALUES(4175140144507433,'robots',1);
INSERT INTO "subscriptions" VALUES(5447761134771427,'agents',0);
INSERT INTO "subscriptions" VALUES(5447761134771427,'robots',1);
INSERT INTO "subscriptions" VALUES(6269142505121129,'whales',0);
INSERT INTO "subscriptions" VALUES(818647989509099,'robots',0);
INSERT INTO "subscriptions" VALUES(3960434887288050,'robots',0);
INSERT INTO "subscriptions" VALUES(4912583400924457,'robots',0);
INSERT INTO "subscriptions" VALUES(8496697485001018,'agents',0);
CREATE INDEX ix_papers_title_key ON papers (title_key);
CREATE INDEX ix_sightings_day ON sightings (day);
CREATE INDEX subscriptions_by_topic ON subscriptions (topic);
CREATE INDEX ix_consent_subscriber_id ON consent (subscriber_id);
CREATE INDEX ix_deliveries_subscriber_id ON deliveries (subscriber_id);
CREATE INDEX ix_delivered_papers_paper_id ON delivered_papers (paper_id);
COMMIT;
