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
INSERT INTO "consent" VALUES(1,3167435670106331,'sign-up','pending','2026-02-03 07:18:22.086768','cli','tests','','');
INSERT INTO "consent" VALUES(2,3167435670106331,'confirm','confirmed','2026-02-03 07:18:22.086768','cli','tests','','');
INSERT INTO "consent" VALUES(3,3560472673311090,'sign-up','pending','2026-02-03 07:18:22.977131','cli','tests','','');
INSERT INTO "consent" VALUES(4,3560472673311090,'confirm','confirmed','2026-02-03 07:18:22.977131','cli','tests','','');
INSERT INTO "consent" VALUES(5,5453592842314537,'sign-up','pending','2026-02-03 07:18:23.905733','cli','tests','','');
INSERT INTO "consent" VALUES(6,5453592842314537,'confirm','confirmed','2026-02-03 07:18:23.905733','cli','tests','','');
INSERT INTO "consent" VALUES(7,631068829562704,'sign-up','pending','2026-02-03 07:18:24.891568','cli','tests','','');
INSERT INTO "consent" VALUES(8,631068829562704,'confirm','confirmed','2026-02-03 07:18:24.891568','cli','tests','','');
INSERT INTO "consent" VALUES(9,4148226949449916,'sign-up','pending','2026-02-03 07:18:25.886845','cli','tests','','');
INSERT INTO "consent" VALUES(10,6006048262878310,'sign-up','pending','2026-02-03 07:18:26.852993','cli','tests','','');
INSERT INTO "consent" VALUES(11,6006048262878310,'confirm','confirmed','2026-02-03 07:18:26.852993','cli','tests','','');
INSERT INTO "consent" VALUES(12,6006048262878310,'leave','left','2026-02-03 07:18:27.784807','cli','tests','','');
INSERT INTO "consent" VALUES(13,7787949833922002,'sign-up','pending','2026-02-03 07:18:34.983580','cli','tests','','');
INSERT INTO "consent" VALUES(14,7787949833922002,'confirm','confirmed','2026-02-03 07:18:34.983580','cli','tests','','');
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
INSERT INTO "delivered_papers" VALUES(2,'2602.00002',0,'agents',1.48489957640151742923e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(2,'2602.00001',1,'agents',1.48489957640151742923e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(2,'title:303b4f434b6c2a0c',2,'agents',9.67335163503337119861e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(2,'2602.00003',3,'robots',4.89523008918933411059e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(4,'2602.00002',0,'agents',1.48489957640151742923e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(4,'2602.00001',1,'agents',1.48489957640151742923e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(4,'title:303b4f434b6c2a0c',2,'agents',9.67335163503337119861e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(4,'2602.00003',3,'robots',4.89523008918933411059e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(3,'2602.00002',0,'agents',1.48489957640151742923e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(3,'2602.00001',1,'agents',1.48489957640151742923e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(3,'title:303b4f434b6c2a0c',2,'agents',9.67335163503337119861e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(3,'2602.00003',3,'robots',4.89523008918933411059e-01,'["\u201cRobots\u201d in the title", "most voted of the day\u2019s 4 papers"]');
INSERT INTO "delivered_papers" VALUES(5,'2602.00002',0,'agents',1.48489957640151742923e-01,'["\u201cagent\u201d in the title", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(5,'2602.00001',1,'agents',1.48489957640151742923e-01,'["similar to 2602.00002"]');
INSERT INTO "delivered_papers" VALUES(5,'title:303b4f434b6c2a0c',2,'agents',9.67335163503337119861e-02,'["\u201cagent\u201d in the title"]');
INSERT INTO "delivered_papers" VALUES(7,'2602.00005',0,'agents',8.81142982380957867638e-02,'["\u201cagent\u201d in the title", "most voted of the day\u2019s 2 papers", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(7,'2602.00004',1,'agents',8.81142982380957867638e-02,'["similar to 2602.00005"]');
INSERT INTO "delivered_papers" VALUES(8,'2602.00005',0,'agents',8.81142982380957867638e-02,'["\u201cagent\u201d in the title", "most voted of the day\u2019s 2 papers", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(8,'2602.00004',1,'agents',8.81142982380957867638e-02,'["similar to 2602.00005"]');
INSERT INTO "delivered_papers" VALUES(9,'2602.00005',0,'agents',8.81142982380957867638e-02,'["\u201cagent\u201d in the title", "most voted of the day\u2019s 2 papers", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(9,'2602.00004',1,'agents',8.81142982380957867638e-02,'["similar to 2602.00005"]');
INSERT INTO "delivered_papers" VALUES(10,'2602.00005',0,'agents',8.81142982380957867638e-02,'["\u201cagent\u201d in the title", "most voted of the day\u2019s 2 papers", "stands for 1 similar paper"]');
INSERT INTO "delivered_papers" VALUES(10,'2602.00004',1,'agents',8.81142982380957867638e-02,'["similar to 2602.00005"]');
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
INSERT INTO "deliveries" VALUES(1,'2026-02-02',631068829562704,'skipped','none of the day’s 4 papers is about Whales',NULL,NULL,'2026-02-03 07:18:36.200603','2026-02-03 07:18:36.200603',2);
INSERT INTO "deliveries" VALUES(2,'2026-02-02',3167435670106331,'sent',NULL,'Robots that walk + 2 more · 2 Feb','<20260202.b40c415f730db.d2e1c8468ab202ce@papers.example>','2026-02-03 07:18:33.903360','2026-02-03 07:18:33.936849',1);
INSERT INTO "deliveries" VALUES(3,'2026-02-02',3560472673311090,'deferred','127.0.0.1:41303 at RCPT: 451 4.7.1 greylisted','Robots that walk + 2 more · 2 Feb','<20260202.ca63b24ecd972.45ff16a6e1e5bd5d@papers.example>','2026-02-03 07:18:33.940886','2026-02-03 07:18:36.224676',2);
INSERT INTO "deliveries" VALUES(4,'2026-02-02',5453592842314537,'failed','127.0.0.1:41303 at RCPT: 550 5.1.1 no such user','Robots that walk + 2 more · 2 Feb','<20260202.136003881da329.7f717cbbad215762@papers.example>','2026-02-03 07:18:33.958191','2026-02-03 07:18:33.965774',1);
INSERT INTO "deliveries" VALUES(5,'2026-02-02',7787949833922002,'unknown','127.0.0.1:41303 was lost after the mail was handed over: Connection unexpectedly closed; it may have been delivered','An agent named 2 + 1 more · 2 Feb','<20260202.1bab195f6125d2.9ce04852c88155f7@papers.example>','2026-02-03 07:18:36.227222','2026-02-03 07:18:36.235465',1);
INSERT INTO "deliveries" VALUES(6,'2026-02-03',631068829562704,'skipped','none of the day’s 2 papers is about Whales',NULL,NULL,'2026-02-03 07:18:37.584346','2026-02-03 07:18:37.584346',1);
INSERT INTO "deliveries" VALUES(7,'2026-02-03',3167435670106331,'sent',NULL,'An agent named 5 · 3 Feb','<20260203.b40c415f730db.65079e97594d2839@papers.example>','2026-02-03 07:18:37.586931','2026-02-03 07:18:37.611673',1);
INSERT INTO "deliveries" VALUES(8,'2026-02-03',3560472673311090,'deferred','127.0.0.1:41303 at RCPT: 451 4.7.1 greylisted','An agent named 5 · 3 Feb','<20260203.ca63b24ecd972.7dcc69ebd76a6177@papers.example>','2026-02-03 07:18:37.613994','2026-02-03 07:18:37.620992',1);
INSERT INTO "deliveries" VALUES(9,'2026-02-03',5453592842314537,'failed','127.0.0.1:41303 at RCPT: 550 5.1.1 no such user','An agent named 5 · 3 Feb','<20260203.136003881da329.b03b7d839bc39742@papers.example>','2026-02-03 07:18:37.622212','2026-02-03 07:18:37.629831',1);
INSERT INTO "deliveries" VALUES(10,'2026-02-03',7787949833922002,'claimed',NULL,'An agent named 5 · 3 Feb','<20260203.1bab195f6125d2.fbcb3e612c26764c@papers.example>','2026-02-03 07:18:37.631039',NULL,1);
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
INSERT INTO "fetches" VALUES('2026-02-02','file','2026-02-03 07:18:35.928308','ok',6,4,0,2,NULL);
INSERT INTO "fetches" VALUES('2026-02-03','file','2026-02-03 07:18:37.299761','ok',6,2,0,4,NULL);
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
INSERT INTO "letters" VALUES(1,4148226949449916,'confirm','sent',NULL,'2026-02-03 07:18:25.897767',NULL,1);
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
INSERT INTO "signals" VALUES('2602.00001','file','2026-02-03 07:18:32.217563',3,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00002','file','2026-02-03 07:18:32.217563',6,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00003','file','2026-02-03 07:18:32.217563',9,NULL,NULL);
INSERT INTO "signals" VALUES('title:303b4f434b6c2a0c','file','2026-02-03 07:18:32.217563',1,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00004','file','2026-02-03 07:18:37.291103',12,NULL,NULL);
INSERT INTO "signals" VALUES('2602.00005','file','2026-02-03 07:18:37.291103',15,NULL,NULL);
CREATE TABLE subscribers (
	id INTEGER NOT NULL, 
	address VARCHAR NOT NULL, 
	address_key VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	since DATETIME NOT NULL, preferences JSON DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (address_key)
);
INSERT INTO "subscribers" VALUES(631068829562704,'di@example.org','di@example.org','confirmed','2026-02-03 07:18:24.891568','{}');
INSERT INTO "subscribers" VALUES(3167435670106331,'ada@example.org','ada@example.org','confirmed','2026-02-03 07:18:22.086768','{}');
INSERT INTO "subscribers" VALUES(3560472673311090,'bo@example.org','bo@example.org','confirmed','2026-02-03 07:18:22.977131','{}');
INSERT INTO "subscribers" VALUES(4148226949449916,'fay@example.org','fay@example.org','pending','2026-02-03 07:18:25.886845','{}');
INSERT INTO "subscribers" VALUES(5453592842314537,'cy@example.org','cy@example.org','confirmed','2026-02-03 07:18:23.905733','{}');
INSERT INTO "subscribers" VALUES(6006048262878310,'gil@example.org','gil@example.org','left','2026-02-03 07:18:26.852993','{}');
INSERT INTO "subscribers" VALUES(7787949833922002,'eli@example.org','eli@example.org','confirmed','2026-02-03 07:18:34.983580','{}');
CREATE TABLE subscriptions (
	subscriber_id INTEGER NOT NULL, 
	topic VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (subscriber_id, topic), 
	FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE CASCADE
);
INSERT INTO "subscriptions" VALUES(3167435670106331,'agents',0);
INSERT INTO "subscriptions" VALUES(3167435670106331,'robots',1);
INSERT INTO "subscriptions" VALUES(3560472673311090,'agents',0);
INSERT INTO "subscriptions" VALUES(3560472673311090,'robots',1);
INSERT INTO "subscriptions" VALUES(5453592842314537,'agents',0);
INSERT INTO "subscriptions" VALUES(5453592842314537,'robots',1);
INSERT INTO "subscriptions" VALUES(631068829562704,'whales',0);
INSERT INTO "subscriptions" VALUES(4148226949449916,'robots',0);
INSERT INTO "subscriptions" VALUES(6006048262878310,'robots',0);
INSERT INTO "subscriptions" VALUES(7787949833922002,'agents',0);
CREATE TABLE suppressions (
	key_hash VARCHAR NOT NULL, 
	for_ever BOOLEAN NOT NULL, 
	at DATETIME NOT NULL, 
	door VARCHAR NOT NULL, 
	PRIMARY KEY (key_hash)
);
INSERT INTO "suppressions" VALUES('fba409f7384234746c79d4df223a13bfc2f8982ae99675d0beea627393a52c04',0,'2026-02-03 07:18:30.534906','cli');
CREATE INDEX ix_papers_title_key ON papers (title_key);
CREATE INDEX ix_sightings_day ON sightings (day);
CREATE INDEX subscriptions_by_topic ON subscriptions (topic);
CREATE INDEX ix_consent_subscriber_id ON consent (subscriber_id);
CREATE INDEX ix_deliveries_subscriber_id ON deliveries (subscriber_id);
CREATE INDEX ix_delivered_papers_paper_id ON delivered_papers (paper_id);
CREATE INDEX ix_letters_next_at ON letters (next_at);
CREATE INDEX ix_letters_subscriber_id ON letters (subscriber_id);
COMMIT;
