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
INSERT INTO "consent" VALUES(1,8491526575674647,'sign-up','pending','2026-02-03 07:16:16.075903','cli','tests');
INSERT INTO "consent" VALUES(2,8491526575674647,'confirm','confirmed','2026-02-03 07:16:16.075903','cli','tests');
INSERT INTO "consent" VALUES(3,2164687161609643,'sign-up','pending','2026-02-03 07:16:17.589788','cli','tests');
INSERT INTO "consent" VALUES(4,2164687161609643,'confirm','confirmed','2026-02-03 07:16:17.589788','cli','tests');
INSERT INTO "consent" VALUES(5,4311676266793645,'sign-up','pending','2026-02-03 07:16:19.130879','cli','tests');
INSERT INTO "consent" VALUES(6,4311676266793645,'confirm','confirmed','2026-02-03 07:16:19.130879','cli','tests');
INSERT INTO "consent" VALUES(7,5835958612597763,'sign-up','pending','2026-02-03 07:16:20.414260','cli','tests');
INSERT INTO "consent" VALUES(8,5835958612597763,'confirm','confirmed','2026-02-03 07:16:20.414260','cli','tests');
INSERT INTO "consent" VALUES(9,8102994593908856,'sign-up','pending','2026-02-03 07:16:21.770825','cli','tests');
INSERT INTO "consent" VALUES(10,5556578018948024,'sign-up','pending','2026-02-03 07:16:23.362200','cli','tests');
INSERT INTO "consent" VALUES(11,5556578018948024,'confirm','confirmed','2026-02-03 07:16:23.362200','cli','tests');
INSERT INTO "consent" VALUES(12,5556578018948024,'leave','left','2026-02-03 07:16:24.967238','cli','tests');
INSERT INTO "consent" VALUES(13,5230578623509480,'sign-up','pending','2026-02-03 07:16:26.305992','cli','tests');
INSERT INTO "consent" VALUES(14,5230578623509480,'confirm','confirmed','2026-02-03 07:16:26.305992','cli','tests');
INSERT INTO "consent" VALUES(15,3593196889649706,'sign-up','pending','2026-02-03 07:16:30.906225','cli','tests');
INSERT INTO "consent" VALUES(16,3593196889649706,'confirm','confirmed','2026-02-03 07:16:30.906225','cli','tests');
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
INSERT INTO "delivered_papers" VALUES(2,'2602.00002',0,'agents',1.48489958343681949237e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(2,'2602.00001',1,'agents',1.48489958343681949237e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(2,'title:303b4f434b6c2a0c',2,'agents',9.67335160951055539335e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(2,'2602.00003',3,'robots',4.89523008358516864557e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(3,'2602.00003',0,'robots',4.89523008358516864557e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(5,'2602.00002',0,'agents',1.48489958343681949237e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(5,'2602.00001',1,'agents',1.48489958343681949237e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(5,'title:303b4f434b6c2a0c',2,'agents',9.67335160951055539335e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(5,'2602.00003',3,'robots',4.89523008358516864557e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(1,'2602.00002',0,'agents',1.48489958343681949237e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(1,'2602.00001',1,'agents',1.48489958343681949237e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(1,'title:303b4f434b6c2a0c',2,'agents',9.67335160951055539335e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(1,'2602.00003',3,'robots',4.89523008358516864557e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(6,'2602.00002',0,'agents',1.48489958343681949237e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(6,'2602.00001',1,'agents',1.48489958343681949237e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(6,'title:303b4f434b6c2a0c',2,'agents',9.67335160951055539335e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(7,'2602.00005',0,'agents',8.81142982380957867638e-02,'["\u201cagent\u201d in the title", "most voted of the day\u2019s 2 papers", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(7,'2602.00004',1,'agents',8.81142982380957867638e-02,'["similar to 2602.00005"]');
INSERT INTO "delivered_papers" VALUES(8,'2602.00005',0,'agents',8.81142982380957867638e-02,'["\u201cagent\u201d in the title", "most voted of the day\u2019s 2 papers", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(8,'2602.00004',1,'agents',8.81142982380957867638e-02,'["similar to 2602.00005"]');
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
INSERT INTO "deliveries" VALUES(1,'2026-02-02',2164687161609643,'deferred','127.0.0.1:44321 at RCPT: 451 4.7.1 greylisted','Robots that walk + 2 more · 2 Feb','<20260202.7b0c581514dab.bfb8b42987da6428@papers.example>','2026-02-03 07:16:29.499587','2026-02-03 07:16:32.238303',2);
INSERT INTO "deliveries" VALUES(2,'2026-02-02',4311676266793645,'failed','127.0.0.1:44321 at RCPT: 550 5.1.1 no such user','Robots that walk + 2 more · 2 Feb','<20260202.f51725c44caad.e84228191694850f@papers.example>','2026-02-03 07:16:29.523875','2026-02-03 07:16:29.548739',1);
INSERT INTO "deliveries" VALUES(3,'2026-02-02',5230578623509480,'sent',NULL,'Robots that walk · 2 Feb','<20260202.12952efcd2f3e8.a513b7d3e546b202@papers.example>','2026-02-03 07:16:29.553172','2026-02-03 07:16:29.565695',1);
INSERT INTO "deliveries" VALUES(4,'2026-02-02',5835958612597763,'skipped','none of the day’s 4 papers is about Whales',NULL,NULL,'2026-02-03 07:16:32.278597','2026-02-03 07:16:32.278597',2);
INSERT INTO "deliveries" VALUES(5,'2026-02-02',8491526575674647,'sent',NULL,'Robots that walk + 2 more · 2 Feb','<20260202.1e2aff9924d517.875d0b581191173c@papers.example>','2026-02-03 07:16:29.574281','2026-02-03 07:16:29.583096',1);
INSERT INTO "deliveries" VALUES(6,'2026-02-02',3593196889649706,'unknown','127.0.0.1:44321 was lost after the mail was handed over: Connection unexpectedly closed; it may have been delivered','An agent named 2 + 1 more · 2 Feb','<20260202.cc3fe5837322a.2d602d4cdedbde97@papers.example>','2026-02-03 07:16:32.249152','2026-02-03 07:16:32.275451',1);
INSERT INTO "deliveries" VALUES(7,'2026-02-03',2164687161609643,'deferred','127.0.0.1:44321 at RCPT: 451 4.7.1 greylisted','An agent named 5 · 3 Feb','<20260203.7b0c581514dab.7153a0c64b8d9d1b@papers.example>','2026-02-03 07:16:33.998181','2026-02-03 07:16:34.017651',1);
INSERT INTO "deliveries" VALUES(8,'2026-02-03',3593196889649706,'claimed',NULL,'An agent named 5 · 3 Feb','<20260203.cc3fe5837322a.8f9059a31521a952@papers.example>','2026-02-03 07:16:34.020913',NULL,1);
CREATE TABLE fetches (
	day DATE NOT NULL, 
	source VARCHAR NOT NULL, 
	fetched_at DATETIME NOT NULL, 
	state VARCHAR NOT NULL, 
	declared INTEGER NOT NULL, 
	parsed INTEGER NOT NULL, 
	rejected INTEGER NOT NULL, 
	error VARCHAR, 
	PRIMARY KEY (day, source)
);
INSERT INTO "fetches" VALUES('2026-02-02','file','2026-02-03 07:16:32.109105','ok',6,4,0,NULL);
INSERT INTO "fetches" VALUES('2026-02-03','file','2026-02-03 07:16:33.944720','ok',6,2,0,NULL);
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
INSERT INTO "signals" VALUES('2602.00001','file','2026-02-03 07:16:28.045641',3,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00002','file','2026-02-03 07:16:28.045641',6,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00003','file','2026-02-03 07:16:28.045641',9,NULL,NULL);
INSERT INTO "signals" VALUES('title:303b4f434b6c2a0c','file','2026-02-03 07:16:28.045641',1,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00004','file','2026-02-03 07:16:33.916587',12,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00005','file','2026-02-03 07:16:33.916587',15,NULL,NULL);
CREATE TABLE subscribers (
	id INTEGER NOT NULL, 
	address VARCHAR NOT NULL, 
	address_key VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	since DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (address_key)
);
INSERT INTO "subscribers" VALUES(2164687161609643,'bo@example.org','bo@example.org','confirmed','2026-02-03 07:16:17.589788');
INSERT INTO "subscribers" VALUES(3593196889649706,'eli@example.org','eli@example.org','confirmed','2026-02-03 07:16:30.906225');
INSERT INTO "subscribers" VALUES(4311676266793645,'cy@example.org','cy@example.org','confirmed','2026-02-03 07:16:19.130879');
INSERT INTO "subscribers" VALUES(5230578623509480,'hal@example.org','hal@example.org','confirmed','2026-02-03 07:16:26.305992');
INSERT INTO "subscribers" VALUES(5556578018948024,'gil@example.org','gil@example.org','left','2026-02-03 07:16:23.362200');
INSERT INTO "subscribers" VALUES(5835958612597763,'di@example.org','di@example.org','confirmed','2026-02-03 07:16:20.414260');
INSERT INTO "subscribers" VALUES(8102994593908856,'fay@example.org','fay@example.org','pending','2026-02-03 07:16:21.770825');
INSERT INTO "subscribers" VALUES(8491526575674647,'ada@example.org','ada@example.org','confirmed','2026-02-03 07:16:16.075903');
CREATE TABLE subscriptions (
	subscriber_id INTEGER NOT NULL, 
	topic VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (subscriber_id, topic), 
	FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE CASCADE
);
INSERT INTO "subscriptions" VALUES(8491526575674647,'agents',0);
INSERT INTO "subscriptions" VALUES(8491526575674647,'robots',1);
INSERT INTO "subscriptions" VALUES(2164687161609643,'agents',0);
INSERT INTO "subscriptions" VALUES(2164687161609643,'robots',1);
INSERT INTO "subscriptions" VALUES(4311676266793645,'agents',0);
INSERT INTO "subscriptions" VALUES(4311676266793645,'robots',1);
INSERT INTO "subscriptions" VALUES(5835958612597763,'whales',0);
INSERT INTO "subscriptions" VALUES(8102994593908856,'robots',0);
INSERT INTO "subscriptions" VALUES(5556578018948024,'robots',0);
INSERT INTO "subscriptions" VALUES(5230578623509480,'robots',0);
INSERT INTO "subscriptions" VALUES(3593196889649706,'agents',0);
CREATE INDEX ix_papers_title_key ON papers (title_key);
CREATE INDEX ix_sightings_day ON sightings (day);
CREATE INDEX subscriptions_by_topic ON subscriptions (topic);
CREATE INDEX ix_consent_subscriber_id ON consent (subscriber_id);
CREATE INDEX ix_deliveries_subscriber_id ON deliveries (subscriber_id);
CREATE INDEX ix_delivered_papers_paper_id ON delivered_papers (paper_id);
COMMIT;
