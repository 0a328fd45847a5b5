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
INSERT INTO "consent" VALUES(1,4377865482481560,'sign-up','pending','2026-02-03 07:17:52.981455','cli','tests','','');
INSERT INTO "consent" VALUES(2,4377865482481560,'confirm','confirmed','2026-02-03 07:17:52.981455','cli','tests','','');
INSERT INTO "consent" VALUES(3,2229876643421136,'sign-up','pending','2026-02-03 07:17:53.773563','cli','tests','','');
INSERT INTO "consent" VALUES(4,2229876643421136,'confirm','confirmed','2026-02-03 07:17:53.773563','cli','tests','','');
INSERT INTO "consent" VALUES(5,1564821027028913,'sign-up','pending','2026-02-03 07:17:54.503977','cli','tests','','');
INSERT INTO "consent" VALUES(6,1564821027028913,'confirm','confirmed','2026-02-03 07:17:54.503977','cli','tests','','');
INSERT INTO "consent" VALUES(7,7086985317243700,'sign-up','pending','2026-02-03 07:17:55.274498','cli','tests','','');
INSERT INTO "consent" VALUES(8,7086985317243700,'confirm','confirmed','2026-02-03 07:17:55.274498','cli','tests','','');
INSERT INTO "consent" VALUES(9,5813456984582952,'sign-up','pending','2026-02-03 07:17:56.094630','cli','tests','','');
INSERT INTO "consent" VALUES(10,4533103502206480,'sign-up','pending','2026-02-03 07:17:56.933716','cli','tests','','');
INSERT INTO "consent" VALUES(11,4533103502206480,'confirm','confirmed','2026-02-03 07:17:56.933716','cli','tests','','');
INSERT INTO "consent" VALUES(12,4533103502206480,'leave','left','2026-02-03 07:17:57.753087','cli','tests','','');
INSERT INTO "consent" VALUES(13,1203419116593266,'sign-up','pending','2026-02-03 07:18:02.988988','cli','tests','','');
INSERT INTO "consent" VALUES(14,1203419116593266,'confirm','confirmed','2026-02-03 07:18:02.988988','cli','tests','','');
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
INSERT INTO "delivered_papers" VALUES(1,'2602.00002',0,'agents',1.48489957818529166866e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(1,'2602.00001',1,'agents',1.48489957818529166866e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(1,'title:303b4f434b6c2a0c',2,'agents',9.67335162856215596827e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(1,'2602.00003',3,'robots',4.89523008776841905831e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(3,'2602.00002',0,'agents',1.48489957818529166866e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(3,'2602.00001',1,'agents',1.48489957818529166866e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(3,'title:303b4f434b6c2a0c',2,'agents',9.67335162856215596827e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(3,'2602.00003',3,'robots',4.89523008776841905831e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(5,'2602.00002',0,'agents',1.48489957818529166866e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(5,'2602.00001',1,'agents',1.48489957818529166866e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(5,'title:303b4f434b6c2a0c',2,'agents',9.67335162856215596827e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(2,'2602.00002',0,'agents',1.48489957818529166866e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(2,'2602.00001',1,'agents',1.48489957818529166866e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(2,'title:303b4f434b6c2a0c',2,'agents',9.67335162856215596827e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(2,'2602.00003',3,'robots',4.89523008776841905831e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(6,'2602.00005',0,'agents',0.0881142982380958,'["\u201cagent\u201d in the title", "most voted of the day\u2019s 2 papers", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(6,'2602.00004',1,'agents',0.0881142982380958,'["similar to 2602.00005"]');
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
INSERT INTO "deliveries" VALUES(1,'2026-02-02',1564821027028913,'failed','127.0.0.1:44027 at RCPT: 550 5.1.1 no such user','Robots that walk + 2 more · 2 Feb','<20260202.58f324973ffb1.b06d4e70a7b6281f@papers.example>','2026-02-03 07:18:01.919143','2026-02-03 07:18:01.949334',1);
INSERT INTO "deliveries" VALUES(2,'2026-02-02',2229876643421136,'deferred','127.0.0.1:44027 at RCPT: 451 4.7.1 greylisted','Robots that walk + 2 more · 2 Feb','<20260202.7ec0f9d395bd0.4c53216a4eb3bdd9@papers.example>','2026-02-03 07:18:01.951281','2026-02-03 07:18:04.073488',2);
INSERT INTO "deliveries" VALUES(3,'2026-02-02',4377865482481560,'sent',NULL,'Robots that walk + 2 more · 2 Feb','<20260202.f8da53cf52f98.49d789e62c4f10bc@papers.example>','2026-02-03 07:18:01.957727','2026-02-03 07:18:01.964818',1);
INSERT INTO "deliveries" VALUES(4,'2026-02-02',7086985317243700,'skipped','none of the day’s 4 papers is about Whales',NULL,NULL,'2026-02-03 07:18:04.074453','2026-02-03 07:18:04.074453',2);
INSERT INTO "deliveries" VALUES(5,'2026-02-02',1203419116593266,'unknown','127.0.0.1:44027 was lost after the mail was handed over: Connection unexpectedly closed; it may have been delivered','An agent named 2 + 1 more · 2 Feb','<20260202.44680d8f5e072.e1850af45ecf3dfd@papers.example>','2026-02-03 07:18:04.041278','2026-02-03 07:18:04.062853',1);
INSERT INTO "deliveries" VALUES(6,'2026-02-03',1203419116593266,'claimed',NULL,'An agent named 5 · 3 Feb','<20260203.44680d8f5e072.9c5fdc89d870238f@papers.example>','2026-02-03 07:18:05.229946',NULL,1);
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
INSERT INTO "fetches" VALUES('2026-02-02','file','2026-02-03 07:18:03.808009','ok',6,4,0,2,NULL);
INSERT INTO "fetches" VALUES('2026-02-03','file','2026-02-03 07:18:04.969483','ok',6,2,0,4,NULL);
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
INSERT INTO "letters" VALUES(1,5813456984582952,'confirm','sent',NULL,'2026-02-03 07:17:56.100158',NULL,1);
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
INSERT INTO "signals" VALUES('2602.00001','file','2026-02-03 07:18:00.734128',3,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00002','file','2026-02-03 07:18:00.734128',6,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00003','file','2026-02-03 07:18:00.734128',9,NULL,NULL);
INSERT INTO "signals" VALUES('title:303b4f434b6c2a0c','file','2026-02-03 07:18:00.734128',1,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00004','file','2026-02-03 07:18:04.962890',12,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00005','file','2026-02-03 07:18:04.962890',15,NULL,NULL);
CREATE TABLE subscribers (
	id INTEGER NOT NULL, 
	address VARCHAR NOT NULL, 
	address_key VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	since DATETIME NOT NULL, preferences JSON DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (address_key)
);
INSERT INTO "subscribers" VALUES(1203419116593266,'eli@example.org','eli@example.org','confirmed','2026-02-03 07:18:02.988988','{}');
INSERT INTO "subscribers" VALUES(1564821027028913,'cy@example.org','cy@example.org','confirmed','2026-02-03 07:17:54.503977','{}');
INSERT INTO "subscribers" VALUES(2229876643421136,'bo@example.org','bo@example.org','confirmed','2026-02-03 07:17:53.773563','{}');
INSERT INTO "subscribers" VALUES(4377865482481560,'ada@example.org','ada@example.org','confirmed','2026-02-03 07:17:52.981455','{}');
INSERT INTO "subscribers" VALUES(4533103502206480,'gil@example.org','gil@example.org','left','2026-02-03 07:17:56.933716','{}');
INSERT INTO "subscribers" VALUES(5813456984582952,'fay@example.org','fay@example.org','pending','2026-02-03 07:17:56.094630','{}');
INSERT INTO "subscribers" VALUES(7086985317243700,'di@example.org','di@example.org','confirmed','2026-02-03 07:17:55.274498','{}');
CREATE TABLE subscriptions (
	subscriber_id INTEGER NOT NULL, 
	topic VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (subscriber_id, topic), 
	FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE CASCADE
);
INSERT INTO "subscriptions" VALUES(4377865482481560,'agents',0);
INSERT INTO "subscriptions" VALUES(4377865482481560,'robots',1);
INSERT INTO "subscriptions" VALUES(2229876643421136,'agents',0);
INSERT INTO "subscriptions" VALUES(2229876643421136,'robots',1);
INSERT INTO "subscriptions" VALUES(1564821027028913,'agents',0);
INSERT INTO "subscriptions" VALUES(1564821027028913,'robots',1);
INSERT INTO "subscriptions" VALUES(7086985317243700,'whales',0);
INSERT INTO "subscriptions" VALUES(5813456984582952,'robots',0);
INSERT INTO "subscriptions" VALUES(4533103502206480,'robots',0);
INSERT INTO "subscriptions" VALUES(1203419116593266,'agents',0);
CREATE TABLE suppressions (
	key_hash VARCHAR NOT NULL, 
	for_ever BOOLEAN NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (key_hash)
);
INSERT INTO "suppressions" VALUES('1ceb008c0a8c9ef2444f4d90ce930a9b1efb89926ba629f7a08bdd045760637b',0,'2026-02-03 07:17:59.863131');
CREATE INDEX ix_papers_title_key ON papers (title_key);
CREATE INDEX ix_sightings_day ON sightings (day);
CREATE INDEX subscriptions_by_topic ON subscriptions (topic);
CREATE INDEX ix_consent_subscriber_id ON consent (subscriber_id);
CREATE INDEX ix_deliveries_subscriber_id ON deliveries (subscriber_id);
CREATE INDEX ix_delivered_papers_paper_id ON delivered_papers (paper_id);
CREATE INDEX ix_letters_next_at ON letters (next_at);
CREATE INDEX ix_letters_subscriber_id ON letters (subscriber_id);
COMMIT;
