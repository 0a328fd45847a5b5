BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE consent (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	event VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	door VARCHAR NOT NULL, 
	note VARCHAR DEFAULT '' NOT NULL, wording VARCHAR DEFAULT '' NOT NULL, network VARCHAR DEFAULT '' NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE CASCADE
);
INSERT INTO "consent" VALUES(1,3215823152741700,'sign-up','pending','2026-02-03 07:17:26.512648','cli','tests','','');
INSERT INTO "consent" VALUES(2,3215823152741700,'confirm','confirmed','2026-02-03 07:17:26.512648','cli','tests','','');
INSERT INTO "consent" VALUES(3,3668435344308428,'sign-up','pending','2026-02-03 07:17:27.462287','cli','tests','','');
INSERT INTO "consent" VALUES(4,3668435344308428,'confirm','confirmed','2026-02-03 07:17:27.462287','cli','tests','','');
INSERT INTO "consent" VALUES(5,1685790590816537,'sign-up','pending','2026-02-03 07:17:28.292130','cli','tests','','');
INSERT INTO "consent" VALUES(6,1685790590816537,'confirm','confirmed','2026-02-03 07:17:28.292130','cli','tests','','');
INSERT INTO "consent" VALUES(7,7508704288132326,'sign-up','pending','2026-02-03 07:17:29.167477','cli','tests','','');
INSERT INTO "consent" VALUES(8,7508704288132326,'confirm','confirmed','2026-02-03 07:17:29.167477','cli','tests','','');
INSERT INTO "consent" VALUES(9,1121925810214271,'sign-up','pending','2026-02-03 07:17:29.990432','cli','tests','','');
INSERT INTO "consent" VALUES(10,6679121914398731,'sign-up','pending','2026-02-03 07:17:30.804558','cli','tests','','');
INSERT INTO "consent" VALUES(11,6679121914398731,'confirm','confirmed','2026-02-03 07:17:30.804558','cli','tests','','');
INSERT INTO "consent" VALUES(12,6679121914398731,'leave','left','2026-02-03 07:17:31.664563','cli','tests','','');
INSERT INTO "consent" VALUES(13,1775374524067182,'sign-up','pending','2026-02-03 07:17:36.773988','cli','tests','','');
INSERT INTO "consent" VALUES(14,1775374524067182,'confirm','confirmed','2026-02-03 07:17:36.773988','cli','tests','','');
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
INSERT INTO "delivered_papers" VALUES(1,'2602.00002',0,'agents',1.48489957966804836386e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(1,'2602.00001',1,'agents',1.48489957966804836386e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(1,'title:303b4f434b6c2a0c',2,'agents',0.0967335162318298,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(1,'2602.00003',3,'robots',4.89523008658728775444e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(2,'2602.00002',0,'agents',1.48489957966804836386e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(2,'2602.00001',1,'agents',1.48489957966804836386e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(2,'title:303b4f434b6c2a0c',2,'agents',0.0967335162318298,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(2,'2602.00003',3,'robots',4.89523008658728775444e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(5,'2602.00002',0,'agents',1.48489957966804836386e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(5,'2602.00001',1,'agents',1.48489957966804836386e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(5,'title:303b4f434b6c2a0c',2,'agents',0.0967335162318298,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(3,'2602.00002',0,'agents',1.48489957966804836386e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(3,'2602.00001',1,'agents',1.48489957966804836386e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(3,'title:303b4f434b6c2a0c',2,'agents',0.0967335162318298,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(3,'2602.00003',3,'robots',4.89523008658728775444e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(6,'2602.00005',0,'agents',8.81142982380957867638e-02,'["\u201cagent\u201d in the title", "most voted of the day\u2019s 2 papers", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(6,'2602.00004',1,'agents',8.81142982380957867638e-02,'["similar to 2602.00005"]');
INSERT INTO "delivered_papers" VALUES(7,'2602.00005',0,'agents',8.81142982380957867638e-02,'["\u201cagent\u201d in the title", "most voted of the day\u2019s 2 papers", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(7,'2602.00004',1,'agents',8.81142982380957867638e-02,'["similar to 2602.00005"]');
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
INSERT INTO "deliveries" VALUES(1,'2026-02-02',1685790590816537,'failed','127.0.0.1:34573 at RCPT: 550 5.1.1 no such user','Robots that walk + 2 more · 2 Feb','<20260202.5fd37b554d119.74d50bab16df53cd@papers.example>','2026-02-03 07:17:35.686793','2026-02-03 07:17:35.724955',1);
INSERT INTO "deliveries" VALUES(2,'2026-02-02',3215823152741700,'sent',NULL,'Robots that walk + 2 more · 2 Feb','<20260202.b6cc62cadfd44.1d3e37a26a0a6105@papers.example>','2026-02-03 07:17:35.727349','2026-02-03 07:17:35.735482',1);
INSERT INTO "deliveries" VALUES(3,'2026-02-02',3668435344308428,'deferred','127.0.0.1:34573 at RCPT: 451 4.7.1 greylisted','Robots that walk + 2 more · 2 Feb','<20260202.d086c299438cc.00ce213c8b93ff56@papers.example>','2026-02-03 07:17:35.740900','2026-02-03 07:17:37.960855',2);
INSERT INTO "deliveries" VALUES(4,'2026-02-02',7508704288132326,'skipped','none of the day’s 4 papers is about Whales',NULL,NULL,'2026-02-03 07:17:37.961885','2026-02-03 07:17:37.961885',2);
INSERT INTO "deliveries" VALUES(5,'2026-02-02',1775374524067182,'unknown','127.0.0.1:34573 was lost after the mail was handed over: Connection unexpectedly closed; it may have been delivered','An agent named 2 + 1 more · 2 Feb','<20260202.64eb197d9ad6e.a7b2dd26c0cf9d2f@papers.example>','2026-02-03 07:17:37.925678','2026-02-03 07:17:37.950179',1);
INSERT INTO "deliveries" VALUES(6,'2026-02-03',1685790590816537,'failed','127.0.0.1:34573 at RCPT: 550 5.1.1 no such user','An agent named 5 · 3 Feb','<20260203.5fd37b554d119.8668fbf405f3d5ec@papers.example>','2026-02-03 07:17:39.155229','2026-02-03 07:17:39.177368',1);
INSERT INTO "deliveries" VALUES(7,'2026-02-03',1775374524067182,'claimed',NULL,'An agent named 5 · 3 Feb','<20260203.64eb197d9ad6e.5f69ba3a6b5a7f10@papers.example>','2026-02-03 07:17:39.179403',NULL,1);
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
INSERT INTO "fetches" VALUES('2026-02-02','file','2026-02-03 07:17:37.656956','ok',6,4,0,NULL);
INSERT INTO "fetches" VALUES('2026-02-03','file','2026-02-03 07:17:38.908127','ok',6,2,0,NULL);
CREATE TABLE letters (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	reason VARCHAR, 
	made_at DATETIME NOT NULL, 
	next_at DATETIME, 
	attempts INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE CASCADE
);
INSERT INTO "letters" VALUES(1,1121925810214271,'confirm','sent',NULL,'2026-02-03 07:17:29.997356',NULL,1);
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
INSERT INTO "signals" VALUES('2602.00001','file','2026-02-03 07:17:34.563678',3,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00002','file','2026-02-03 07:17:34.563678',6,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00003','file','2026-02-03 07:17:34.563678',9,NULL,NULL);
INSERT INTO "signals" VALUES('title:303b4f434b6c2a0c','file','2026-02-03 07:17:34.563678',1,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00004','file','2026-02-03 07:17:38.901756',12,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00005','file','2026-02-03 07:17:38.901756',15,NULL,NULL);
CREATE TABLE subscribers (
	id INTEGER NOT NULL, 
	address VARCHAR NOT NULL, 
	address_key VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	since DATETIME NOT NULL, preferences JSON DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (address_key)
);
INSERT INTO "subscribers" VALUES(1121925810214271,'fay@example.org','fay@example.org','pending','2026-02-03 07:17:29.990432','{}');
INSERT INTO "subscribers" VALUES(1685790590816537,'cy@example.org','cy@example.org','confirmed','2026-02-03 07:17:28.292130','{}');
INSERT INTO "subscribers" VALUES(1775374524067182,'eli@example.org','eli@example.org','confirmed','2026-02-03 07:17:36.773988','{}');
INSERT INTO "subscribers" VALUES(3215823152741700,'ada@example.org','ada@example.org','confirmed','2026-02-03 07:17:26.512648','{}');
INSERT INTO "subscribers" VALUES(3668435344308428,'bo@example.org','bo@example.org','confirmed','2026-02-03 07:17:27.462287','{}');
INSERT INTO "subscribers" VALUES(6679121914398731,'gil@example.org','gil@example.org','left','2026-02-03 07:17:30.804558','{}');
INSERT INTO "subscribers" VALUES(7508704288132326,'di@example.org','di@example.org','confirmed','2026-02-03 07:17:29.167477','{}');
CREATE TABLE subscriptions (
	subscriber_id INTEGER NOT NULL, 
	topic VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (subscriber_id, topic), 
	FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE CASCADE
);
INSERT INTO "subscriptions" VALUES(3215823152741700,'agents',0);
INSERT INTO "subscriptions" VALUES(3215823152741700,'robots',1);
INSERT INTO "subscriptions" VALUES(3668435344308428,'agents',0);
INSERT INTO "subscriptions" VALUES(3668435344308428,'robots',1);
INSERT INTO "subscriptions" VALUES(1685790590816537,'agents',0);
INSERT INTO "subscriptions" VALUES(1685790590816537,'robots',1);
INSERT INTO "subscriptions" VALUES(7508704288132326,'whales',0);
INSERT INTO "subscriptions" VALUES(1121925810214271,'robots',0);
INSERT INTO "subscriptions" VALUES(6679121914398731,'robots',0);
INSERT INTO "subscriptions" VALUES(1775374524067182,'agents',0);
CREATE TABLE suppressions (
	key_hash VARCHAR NOT NULL, 
	for_ever BOOLEAN NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (key_hash)
);
INSERT INTO "suppressions" VALUES('f8ad6e148804d429f4c4700b08def9147489030022c6767c97383ee589e65ba1',0,'2026-02-03 07:17:33.647487');
CREATE INDEX ix_papers_title_key ON papers (title_key);
CREATE INDEX ix_sightings_day ON sightings (day);
CREATE INDEX subscriptions_by_topic ON subscriptions (topic);
CREATE INDEX ix_consent_subscriber_id ON consent (subscriber_id);
CREATE INDEX ix_deliveries_subscriber_id ON deliveries (subscriber_id);
CREATE INDEX ix_delivered_papers_paper_id ON delivered_papers (paper_id);
CREATE INDEX ix_letters_subscriber_id ON letters (subscriber_id);
CREATE INDEX ix_letters_next_at ON letters (next_at);
COMMIT;
