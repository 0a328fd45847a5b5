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
INSERT INTO "consent" VALUES(1,3285287279443879,'sign-up','pending','2026-02-03 07:17:10.412595','cli','tests','','');
INSERT INTO "consent" VALUES(2,3285287279443879,'confirm','confirmed','2026-02-03 07:17:10.412595','cli','tests','','');
INSERT INTO "consent" VALUES(3,153375930039824,'sign-up','pending','2026-02-03 07:17:11.907488','cli','tests','','');
INSERT INTO "consent" VALUES(4,153375930039824,'confirm','confirmed','2026-02-03 07:17:11.907488','cli','tests','','');
INSERT INTO "consent" VALUES(5,2736338770358793,'sign-up','pending','2026-02-03 07:17:13.248687','cli','tests','','');
INSERT INTO "consent" VALUES(6,2736338770358793,'confirm','confirmed','2026-02-03 07:17:13.248687','cli','tests','','');
INSERT INTO "consent" VALUES(7,822534939993648,'sign-up','pending','2026-02-03 07:17:14.607444','cli','tests','','');
INSERT INTO "consent" VALUES(8,822534939993648,'confirm','confirmed','2026-02-03 07:17:14.607444','cli','tests','','');
INSERT INTO "consent" VALUES(9,1787392399241233,'sign-up','pending','2026-02-03 07:17:15.701565','cli','tests','','');
INSERT INTO "consent" VALUES(10,3288699438696226,'sign-up','pending','2026-02-03 07:17:16.675495','cli','tests','','');
INSERT INTO "consent" VALUES(11,3288699438696226,'confirm','confirmed','2026-02-03 07:17:16.675495','cli','tests','','');
INSERT INTO "consent" VALUES(12,3288699438696226,'leave','left','2026-02-03 07:17:17.523327','cli','tests','','');
INSERT INTO "consent" VALUES(13,6612448778393548,'sign-up','pending','2026-02-03 07:17:22.195505','cli','tests','','');
INSERT INTO "consent" VALUES(14,6612448778393548,'confirm','confirmed','2026-02-03 07:17:22.195505','cli','tests','','');
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
INSERT INTO "delivered_papers" VALUES(3,'2602.00002',0,'agents',1.48489958047134718022e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(3,'2602.00001',1,'agents',1.48489958047134718022e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(3,'title:303b4f434b6c2a0c',2,'agents',9.67335162026875527985e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(3,'2602.00003',3,'robots',4.89523008594739739152e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(4,'2602.00002',0,'agents',1.48489958047134718022e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(4,'2602.00001',1,'agents',1.48489958047134718022e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(4,'title:303b4f434b6c2a0c',2,'agents',9.67335162026875527985e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(4,'2602.00003',3,'robots',4.89523008594739739152e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(1,'2602.00002',0,'agents',1.48489958047134718022e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(1,'2602.00001',1,'agents',1.48489958047134718022e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(1,'title:303b4f434b6c2a0c',2,'agents',9.67335162026875527985e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(1,'2602.00003',3,'robots',4.89523008594739739152e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(5,'2602.00002',0,'agents',1.48489958047134718022e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(5,'2602.00001',1,'agents',1.48489958047134718022e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(5,'title:303b4f434b6c2a0c',2,'agents',9.67335162026875527985e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(6,'2602.00005',0,'agents',0.0881142982380958,'["\u201cagent\u201d in the title", "most voted of the day\u2019s 2 papers", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(6,'2602.00004',1,'agents',0.0881142982380958,'["similar to 2602.00005"]');
INSERT INTO "delivered_papers" VALUES(8,'2602.00005',0,'agents',0.0881142982380958,'["\u201cagent\u201d in the title", "most voted of the day\u2019s 2 papers", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(8,'2602.00004',1,'agents',0.0881142982380958,'["similar to 2602.00005"]');
INSERT INTO "delivered_papers" VALUES(9,'2602.00005',0,'agents',0.0881142982380958,'["\u201cagent\u201d in the title", "most voted of the day\u2019s 2 papers", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(9,'2602.00004',1,'agents',0.0881142982380958,'["similar to 2602.00005"]');
INSERT INTO "delivered_papers" VALUES(10,'2602.00005',0,'agents',0.0881142982380958,'["\u201cagent\u201d in the title", "most voted of the day\u2019s 2 papers", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(10,'2602.00004',1,'agents',0.0881142982380958,'["similar to 2602.00005"]');
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
INSERT INTO "deliveries" VALUES(1,'2026-02-02',153375930039824,'deferred','127.0.0.1:35251 at RCPT: 451 4.7.1 greylisted','Robots that walk + 2 more · 2 Feb','<20260202.8b7e9dd3be10.f444f059a69630c4@papers.example>','2026-02-03 07:17:21.268304','2026-02-03 07:17:23.373698',2);
INSERT INTO "deliveries" VALUES(2,'2026-02-02',822534939993648,'skipped','none of the day’s 4 papers is about Whales',NULL,NULL,'2026-02-03 07:17:23.374787','2026-02-03 07:17:23.374787',2);
INSERT INTO "deliveries" VALUES(3,'2026-02-02',2736338770358793,'failed','127.0.0.1:35251 at RCPT: 550 5.1.1 no such user','Robots that walk + 2 more · 2 Feb','<20260202.9b8af84647209.8f20ff0b4090d172@papers.example>','2026-02-03 07:17:21.288259','2026-02-03 07:17:21.293668',1);
INSERT INTO "deliveries" VALUES(4,'2026-02-02',3285287279443879,'sent',NULL,'Robots that walk + 2 more · 2 Feb','<20260202.babf38d46bfa7.0ec39e530d007adb@papers.example>','2026-02-03 07:17:21.294574','2026-02-03 07:17:21.305198',1);
INSERT INTO "deliveries" VALUES(5,'2026-02-02',6612448778393548,'unknown','127.0.0.1:35251 was lost after the mail was handed over: Connection unexpectedly closed; it may have been delivered','An agent named 2 + 1 more · 2 Feb','<20260202.177dfcb48817cc.528e3a17e801c331@papers.example>','2026-02-03 07:17:23.375974','2026-02-03 07:17:23.386176',1);
INSERT INTO "deliveries" VALUES(6,'2026-02-03',153375930039824,'deferred','127.0.0.1:35251 at RCPT: 451 4.7.1 greylisted','An agent named 5 · 3 Feb','<20260203.8b7e9dd3be10.6c3292d339ba9743@papers.example>','2026-02-03 07:17:24.710204','2026-02-03 07:17:24.737432',1);
INSERT INTO "deliveries" VALUES(7,'2026-02-03',822534939993648,'skipped','none of the day’s 2 papers is about Whales',NULL,NULL,'2026-02-03 07:17:24.739491','2026-02-03 07:17:24.739491',1);
INSERT INTO "deliveries" VALUES(8,'2026-02-03',2736338770358793,'failed','127.0.0.1:35251 at RCPT: 550 5.1.1 no such user','An agent named 5 · 3 Feb','<20260203.9b8af84647209.016fe32e5f45d042@papers.example>','2026-02-03 07:17:24.740836','2026-02-03 07:17:24.745752',1);
INSERT INTO "deliveries" VALUES(9,'2026-02-03',3285287279443879,'sent',NULL,'An agent named 5 · 3 Feb','<20260203.babf38d46bfa7.b91380b8177606ce@papers.example>','2026-02-03 07:17:24.746532','2026-02-03 07:17:24.751175',1);
INSERT INTO "deliveries" VALUES(10,'2026-02-03',6612448778393548,'claimed',NULL,'An agent named 5 · 3 Feb','<20260203.177dfcb48817cc.b56a1589ae1991bf@papers.example>','2026-02-03 07:17:24.752001',NULL,1);
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
INSERT INTO "fetches" VALUES('2026-02-02','file','2026-02-03 07:17:23.332129','ok',6,4,0,NULL);
INSERT INTO "fetches" VALUES('2026-02-03','file','2026-02-03 07:17:24.681494','ok',6,2,0,NULL);
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
INSERT INTO "signals" VALUES('2602.00001','file','2026-02-03 07:17:20.385590',3,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00002','file','2026-02-03 07:17:20.385590',6,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00003','file','2026-02-03 07:17:20.385590',9,NULL,NULL);
INSERT INTO "signals" VALUES('title:303b4f434b6c2a0c','file','2026-02-03 07:17:20.385590',1,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00004','file','2026-02-03 07:17:24.675602',12,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00005','file','2026-02-03 07:17:24.675602',15,NULL,NULL);
CREATE TABLE subscribers (
	id INTEGER NOT NULL, 
	address VARCHAR NOT NULL, 
	address_key VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	since DATETIME NOT NULL, preferences JSON DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (address_key)
);
INSERT INTO "subscribers" VALUES(153375930039824,'bo@example.org','bo@example.org','confirmed','2026-02-03 07:17:11.907488','{}');
INSERT INTO "subscribers" VALUES(822534939993648,'di@example.org','di@example.org','confirmed','2026-02-03 07:17:14.607444','{}');
INSERT INTO "subscribers" VALUES(1787392399241233,'fay@example.org','fay@example.org','pending','2026-02-03 07:17:15.701565','{}');
INSERT INTO "subscribers" VALUES(2736338770358793,'cy@example.org','cy@example.org','confirmed','2026-02-03 07:17:13.248687','{}');
INSERT INTO "subscribers" VALUES(3285287279443879,'ada@example.org','ada@example.org','confirmed','2026-02-03 07:17:10.412595','{}');
INSERT INTO "subscribers" VALUES(3288699438696226,'gil@example.org','gil@example.org','left','2026-02-03 07:17:16.675495','{}');
INSERT INTO "subscribers" VALUES(6612448778393548,'eli@example.org','eli@example.org','confirmed','2026-02-03 07:17:22.195505','{}');
CREATE TABLE subscriptions (
	subscriber_id INTEGER NOT NULL, 
	topic VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (subscriber_id, topic), 
	FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE CASCADE
);
INSERT INTO "subscriptions" VALUES(3285287279443879,'agents',0);
INSERT INTO "subscriptions" VALUES(3285287279443879,'robots',1);
INSERT INTO "subscriptions" VALUES(153375930039824,'agents',0);
INSERT INTO "subscriptions" VALUES(153375930039824,'robots',1);
INSERT INTO "subscriptions" VALUES(2736338770358793,'agents',0);
INSERT INTO "subscriptions" VALUES(2736338770358793,'robots',1);
INSERT INTO "subscriptions" VALUES(822534939993648,'whales',0);
INSERT INTO "subscriptions" VALUES(1787392399241233,'robots',0);
INSERT INTO "subscriptions" VALUES(3288699438696226,'robots',0);
INSERT INTO "subscriptions" VALUES(6612448778393548,'agents',0);
CREATE TABLE suppressions (
	key_hash VARCHAR NOT NULL, 
	for_ever BOOLEAN NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (key_hash)
);
INSERT INTO "suppressions" VALUES('f87d745cacfcdbf772a5e615dbce9601e4a0668e10ae5278c678af0b7eebca03',0,'2026-02-03 07:17:19.522015');
CREATE INDEX ix_papers_title_key ON papers (title_key);
CREATE INDEX ix_sightings_day ON sightings (day);
CREATE INDEX subscriptions_by_topic ON subscriptions (topic);
CREATE INDEX ix_consent_subscriber_id ON consent (subscriber_id);
CREATE INDEX ix_deliveries_subscriber_id ON deliveries (subscriber_id);
CREATE INDEX ix_delivered_papers_paper_id ON delivered_papers (paper_id);
COMMIT;
