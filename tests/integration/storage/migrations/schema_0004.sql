BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE announcements (
	paper_id VARCHAR NOT NULL, 
	category VARCHAR NOT NULL, 
	day DATE NOT NULL, 
	type VARCHAR NOT NULL, 
	version INTEGER, 
	PRIMARY KEY (paper_id, category, day), 
	FOREIGN KEY(paper_id) REFERENCES papers (id) ON UPDATE CASCADE
);
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
INSERT INTO "consent" VALUES(1,1,'sign-up','pending','2026-01-29 12:00:00.000000','tests','sign-up form','I want it.','192.0.2.0/24');
INSERT INTO "consent" VALUES(2,1,'confirm','confirmed','2026-01-30 12:00:00.000000','web','','','');
INSERT INTO "consent" VALUES(3,2,'sign-up','pending','2026-01-29 12:00:00.000000','tests','sign-up form','I want it.','192.0.2.0/24');
INSERT INTO "consent" VALUES(4,2,'confirm','confirmed','2026-01-30 12:00:00.000000','web','','','');
INSERT INTO "consent" VALUES(5,3,'sign-up','pending','2026-01-29 12:00:00.000000','tests','sign-up form','I want it.','192.0.2.0/24');
INSERT INTO "consent" VALUES(6,3,'confirm','confirmed','2026-01-30 12:00:00.000000','web','','','');
INSERT INTO "consent" VALUES(7,4,'sign-up','pending','2026-01-29 12:00:00.000000','tests','sign-up form','I want it.','192.0.2.0/24');
INSERT INTO "consent" VALUES(8,4,'confirm','confirmed','2026-01-30 12:00:00.000000','web','','','');
INSERT INTO "consent" VALUES(9,5,'sign-up','pending','2026-01-29 12:00:00.000000','tests','sign-up form','I want it.','192.0.2.0/24');
INSERT INTO "consent" VALUES(10,5,'confirm','confirmed','2026-01-30 12:00:00.000000','web','','','');
INSERT INTO "consent" VALUES(11,6,'sign-up','pending','2026-01-29 12:00:00.000000','tests','sign-up form','I want it.','192.0.2.0/24');
INSERT INTO "consent" VALUES(12,6,'confirm','confirmed','2026-01-30 12:00:00.000000','web','','','');
INSERT INTO "consent" VALUES(13,7,'sign-up','pending','2026-01-29 12:00:00.000000','tests','','','');
INSERT INTO "consent" VALUES(14,8,'sign-up','pending','2026-01-29 12:00:00.000000','tests','','','');
INSERT INTO "consent" VALUES(15,8,'confirm','confirmed','2026-01-30 12:00:00.000000','tests','','','');
INSERT INTO "consent" VALUES(16,8,'pause','paused','2026-01-30 12:00:00.000000','tests','','','');
INSERT INTO "consent" VALUES(17,9,'sign-up','pending','2026-01-29 12:00:00.000000','tests','','','');
INSERT INTO "consent" VALUES(18,9,'confirm','confirmed','2026-01-30 12:00:00.000000','tests','','','');
INSERT INTO "consent" VALUES(19,9,'leave','left','2026-01-30 12:00:00.000000','tests','','','');
INSERT INTO "consent" VALUES(20,10,'sign-up','pending','2026-01-29 12:00:00.000000','tests','','','');
INSERT INTO "consent" VALUES(21,10,'confirm','confirmed','2026-01-30 12:00:00.000000','tests','','','');
INSERT INTO "consent" VALUES(22,10,'bounce','suppressed','2026-01-30 12:00:00.000000','tests','','','');
INSERT INTO "consent" VALUES(23,4,'bounce','suppressed','2026-02-02 12:00:00.000000','mail server','5.2.1 disabled','','');
CREATE TABLE days (
	day DATE NOT NULL, 
	planned INTEGER NOT NULL, 
	closed_at DATETIME, 
	named_at DATETIME, 
	PRIMARY KEY (day)
);
INSERT INTO "days" VALUES('2026-02-01',6,'2026-02-01 12:00:00.000000',NULL);
INSERT INTO "days" VALUES('2026-02-02',6,NULL,NULL);
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
	attempts INTEGER NOT NULL, desk_id INTEGER, contents TEXT, fence INTEGER, next_at DATETIME, code INTEGER, status VARCHAR, 
	PRIMARY KEY (id), 
	UNIQUE (day, subscriber_id), 
	FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
);
INSERT INTO "deliveries" VALUES(1,'2026-02-01',1,'sent',NULL,'Robot number 2 <in> fog & “rain” + 1 more · 1. Feb.','<20260201.1.d57c247cc356b835@example.org>','2026-02-01 12:00:00.000000','2026-02-01 12:00:00.000000',1,1,'[["agents",0],["robots",1]]',1,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(2,'2026-02-01',2,'sent',NULL,'Agent number 1 <in> fog & “rain” · 1 Feb','<20260201.2.15d34f1474bc7e2c@example.org>','2026-02-01 12:00:00.000000','2026-02-01 12:00:00.000000',1,1,'[["agents",0]]',1,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(3,'2026-02-01',3,'sent',NULL,'Robot number 2 <in> fog & “rain” + 1 more · 1 Feb','<20260201.3.b804f385a60c1f07@example.org>','2026-02-01 12:00:00.000000','2026-02-01 12:00:00.000000',1,1,'[["robots",1],["agents",0]]',1,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(4,'2026-02-01',4,'sent',NULL,'Whale number 3 <in> fog & “rain” · 1 Feb','<20260201.4.cfddc04a63109407@example.org>','2026-02-01 12:00:00.000000','2026-02-01 12:00:00.000000',1,1,'[["whales",2]]',1,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(5,'2026-02-01',5,'sent',NULL,'Whale number 3 <in> fog & “rain” + 1 more · 1 Feb','<20260201.5.4a8b99093cc444c3@example.org>','2026-02-01 12:00:00.000000','2026-02-01 12:00:00.000000',1,1,'[["agents",0],["whales",2]]',1,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(6,'2026-02-01',6,'sent',NULL,'Agent number 1 <in> fog & “rain” · 1 Feb','<20260201.6.0da4d0b1e86352db@example.org>','2026-02-01 12:00:00.000000','2026-02-01 12:00:00.000000',1,1,'[["agents",0]]',1,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(7,'2026-02-02',1,'sent',NULL,'Lamp number 8 <in> fog & “rain” + 2 more · 2. Feb.','<20260202.1.5cc64a83b258e988@example.org>','2026-02-02 12:00:00.000000','2026-02-02 12:00:00.000000',1,2,'[["own:words",[4,null,0.596221511945921,0.9646671323754441,["“Lamp” in the title","most voted of the 4 papers with votes"]]],["agents",3,[0,1]],["robots",1],["own:withdrawn",5]]',2,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(8,'2026-02-02',2,'unknown','the connection was lost','Agent number 4 <in> fog & rain · 2 Feb','<20260202.2.958c56f254de4b46@example.org>','2026-02-02 12:00:00.000000','2026-02-02 12:00:00.000000',1,2,'[["agents",3,[0,0]]]',2,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(9,'2026-02-02',3,'deferred','4.2.2 mailbox full','Agent number 4 <in> fog & rain + 1 more · 2 Feb','<20260202.3.d82aedbe749f1a89@example.org>','2026-02-02 12:00:00.000000','2026-02-02 12:00:00.000000',1,2,'[["robots",1],["agents",3,[0,1]],["own:withdrawn",5]]',2,'2026-02-02 12:03:54.743818',452,'4.2.2');
INSERT INTO "deliveries" VALUES(10,'2026-02-02',4,'failed','5.2.1 disabled','Whale number 6 <in> fog & “rain” · 2 Feb','<20260202.4.759d833367d8d4c4@example.org>','2026-02-02 12:00:00.000000','2026-02-02 12:00:00.000000',1,2,'[["whales",2]]',2,NULL,550,'5.2.1');
INSERT INTO "deliveries" VALUES(11,'2026-02-02',5,'inflight',NULL,'Whale number 6 <in> fog & “rain” + 1 more · 2 Feb','<20260202.5.db19568dd8459bf1@example.org>','2026-02-02 12:00:00.000000',NULL,1,2,'[["agents",3,[0,0]],["whales",2]]',2,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(12,'2026-02-02',6,'claimed',NULL,'Agent number 4 <in> fog & rain · 2 Feb','<20260202.6.34ee0be446156657@example.org>','2026-02-02 12:00:00.000000',NULL,1,2,'[["agents",3,[0,0]]]',2,NULL,NULL,NULL);
CREATE TABLE desk_papers (
	desk_id INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	paper_id VARCHAR NOT NULL, 
	PRIMARY KEY (desk_id, place), 
	FOREIGN KEY(desk_id) REFERENCES desks (id) ON DELETE CASCADE, 
	FOREIGN KEY(paper_id) REFERENCES papers (id) ON UPDATE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "desk_papers" VALUES(1,0,'2602.00001');
INSERT INTO "desk_papers" VALUES(1,1,'2602.00002');
INSERT INTO "desk_papers" VALUES(2,5,'2602.00002');
INSERT INTO "desk_papers" VALUES(2,0,'2602.00004');
INSERT INTO "desk_papers" VALUES(2,1,'2602.00005');
INSERT INTO "desk_papers" VALUES(2,2,'2602.00006');
INSERT INTO "desk_papers" VALUES(2,3,'2602.00007');
INSERT INTO "desk_papers" VALUES(2,4,'2602.00008');
INSERT INTO "desk_papers" VALUES(1,2,'title:511e8ce982f49abd');
CREATE TABLE desks (
	id INTEGER NOT NULL, 
	day DATE NOT NULL, 
	frozen_at DATETIME NOT NULL, 
	content_key VARCHAR NOT NULL, 
	press_key VARCHAR NOT NULL, 
	content BLOB NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "desks" VALUES(1,'2026-02-01','2026-02-01 12:00:00.000000','9953e3a369177f9b9cdc21e38a33bdcb79448a37eca22820b0cd552812596ad3','4f5e0ac6b2642938b9d97264d2dbaa767aa68f9045e91af500b05ffb5fe1e6a0',X'789CED564B8EE33610BD0AC14536D1D81429C99610049804081020D90C02F4C230045AA26CA6655221A976771A0DCC412607C839729339498AA4E5B69171303DF9AC462BB25855AF54EFF1F388452B9DD40A578FB8E50FB8C294D0E215A1AF488A13DCE83B61448BABD523B67A348D008F4E1AEB6071E0833016570CFC765C29D1C364B54EC0B3EEB8C155C77B2B9EC0B097D64AB585556C45A3558BC168046F6BBEE552C5A86674B5EEBA630AC77B1187BF8C52B838ECB93B1AF52154E5C3B4B2B28D55B2A7E7AAA062279D4F825F6F8572488DFB8D3028455F49F535EAF4167D81DEBF7D67A080F76F7F83FFE11BEB0C6F000BDF0864DDD83E207E113A43DF3B74D0E6D62668AFADEB1F663E6E743B1D20F1EB96A31FB53660FD46A3EFFEF85DF93F8D0E75A34705C9D5D8F75036FCCA561B29425C6367DFFEE05D8771D34BBB13D0197741C64F24AD08AD08FB92908A100000666C60EE9850EFF7C2E7C7614D8D220E5DDF9A38D266CB95FC9547BEBDE520DDAE35FCA0EAE73C1F504127B81BCDB1A6E8D54B756BBD68A069E0BE736EB0D57C2EEEF97EE8C50CA0E6B032F7D143DB9D7970732FEFC23AD8E7B4207446E08B626BC5955C7E292633FA67D19CCA18809F3806E6ADDC2ADE87AAC6E14E3BDFDAF4D4183BC580B426D54A179A614F29F4C60A73F7A1EEE715292AB298A59465797122216E8AC061DC16EBA7E459786FF4469FD4435F243C7311FA59782F141EFD58E1D18F101EFD04E1D1ABC22BFE07E1DDECE0F89CD4C35E24BCC345E867E1BD50786C12DE54E3DF4B8B7D82B4D8556995FF95B4D6679DC315811EEB4136F196B5FD08373B0E37A58570C5F7A74BD7CF413DADADC32D1F9D3CEBD1A8C7E3C57EA18DF5B9C060E28C506D783EC4074572C20C87E419E69B697E8E199CFE3DCCB03FCE306FA6F9396670FAA798FE8DC4D5AD7FD83C4EEDAD562B9290196579410B46CA3C2B58999619D8485EA60525E582A48BA25CE665E11DB3322F0A60376569512ECA64B50A3541BD7012048EE028405221B713281E1F6BF892A9B700985E01CC610AB6BC5C2C58B94C1760620559D022A74B969125CBE9255CA0E70ADCB1AD0047AFC0958CE5794EC0922F09CD9660CAC0501659962E195B66345F5CE2056AFE8A97AC62ABC1C91F69C86FAB16E92EF830141F90C8EB1DC51DE72B0C7B712F7BFFAEF564814F1D3601AE72C8C3EFEBE9E149C991CAFA20E47607CCA733F2F4278767A765');
INSERT INTO "desks" VALUES(2,'2026-02-02','2026-02-02 12:00:00.000000','014a14c89b481ba2bbfcfb63128221667557366399bda0694108a77a1f0577f8','4f5e0ac6b2642938b9d97264d2dbaa767aa68f9045e91af500b05ffb5fe1e6a0',X'789CED98DD6A233714805F65988BDED4B5359A91E687A590160A85EDCD52C8853146F6C81E3563692A69E2A421B00FD23E409FA36FB24FD223C976EC102F76B64D1A6870403F47E71C9DF3E96FEE625E0B2B948CABBBB866B771156384E93708C32F1EC47375CD35AFE36A7C171BD5EB39078985D0C64267C73AAE4D5C11906B9894BC85CA783200C9E982E9B85AB0D6F07B68580963845C426F6CF85CC93A8646CD593D654B26641835EFED542D161B1596B53C147FED05B7A1D832BB69546BEF951BA6A41175F092DC3F78051E5B619D92F862C9A58D64BF9A711D65D13B21BF8D166A197D157DFAF8BB06073E7DFC03E6C366C66A36075BF1258F8CEDEBDB881D0C1D463FDA68ADF49519442B656C7B3B74E37ADB286F32BEA859F493521A5ABF53D10F7FFD29DD4C83C074AE7A09CA65DFB6E0364C65A9B4E07EDCDC0CBF7FEF44BB7ED60AD370888C3D48C6CF28A910AE50FA35421542600032637CE6360AD56AC59DFED8F7C99E87A26D6B1D4A4A2F9914BFB1906FD7B216B6A9355BCBE9839E27285870667BBDF12948B5425E19070D040DC41B6B3B538D46FC86ADBA960FC1D4087A4699C3A45EEC49307D23AE7D3FB48F30457888E02FF3B0D5FC882ED7159469F50B9FEFDCE8203FA10C9937622959EBBDEABB6B655D68B35D60CC760CA0E5929560E812D647C3EC74A899E1FAFAA9F0930AD10AE5C304A719A1BB2C8455E19318D6C5E47EF040DE0735533B7CC859E4E983A16F83BC327209317B005E04A71BD5BD368AE45414C909289267A0488EA3485E00C5CB0676D42D4FF42C14D70743DF068AFFA14D909E4A1E3D813CFA0CF2E871F28A1720EFF8F1EBB0FBFFE07DD58337FF970EDE83D83CC66ED3F979F036233E8BD67BF0740B4971D69ED6EE8F7CC3785D849934BCEDCCF075582B4E65AD3881B5E219AC154741C3D94B5FF2F0F32F79F8F5304C5E60973BC4ED1181C959043EF0E5F8DBF1854F05119F00227E0688F82888F40C0E9373389CEC8519CE734888EAC43CBC7F4DDBC39B3BF647A9BB944BB6DA9DC7AE0EA8D566EADFDF41C821121A55BF79721F8034D9A7112A567359FB877D78EA0F76363DD87B363F6CEBFB36BDD03F67D35F53F76C5E6EEBFB36BDD097DA745F2F98BC729F1CEEB6E1ADC6E37480863821794E8B82A2026524C9A089C07F8A534A498ACB04239AE7C9603CF61E8077B049F88CC02E110919D986476167994C2683317A5A27A229C95342314E8AACC445E2C470999519299334C76559D2136DB8C984ECC0149C9E14A5590E346619A27041C07E5A24CB729A505282F760CECFA940B42C320CAD244D70FEC8A04FF911839B5481417CC4204D7056146029A538C913D7941525AC0654A4282765062E1C98F3D97ED29C5FAC2BD1BA4F526308E83875814D21B6DE978EEBA95F34FE89B66237D3ED27248C36A99FAEB95836404A3244F77F036020222F');
CREATE TABLE fetches (
	day DATE NOT NULL, 
	source VARCHAR NOT NULL, 
	fetched_at DATETIME NOT NULL, 
	state VARCHAR NOT NULL, 
	declared INTEGER NOT NULL, 
	parsed INTEGER NOT NULL, 
	rejected INTEGER NOT NULL, 
	other_days INTEGER NOT NULL, 
	reason VARCHAR, new INTEGER DEFAULT '0' NOT NULL, merged INTEGER DEFAULT '0' NOT NULL, channels JSON DEFAULT '[]' NOT NULL, 
	PRIMARY KEY (day, source)
);
INSERT INTO "fetches" VALUES('2026-02-01','first','2026-02-01 12:00:00.000000','ok',3,3,0,0,NULL,3,0,'[]');
INSERT INTO "fetches" VALUES('2026-02-01','second','2026-02-01 12:00:00.000000','failed',0,0,0,0,'no file matches /srv/digest/second.jsonl',0,0,'[]');
INSERT INTO "fetches" VALUES('2026-02-02','first','2026-02-02 12:00:00.000000','ok',8,5,0,3,NULL,5,0,'[]');
INSERT INTO "fetches" VALUES('2026-02-02','second','2026-02-02 12:00:00.000000','failed',0,0,0,0,'no file matches /srv/digest/second.jsonl',0,0,'[]');
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
INSERT INTO "letters" VALUES(1,7,'confirm','waiting','greylisted','2026-02-02 12:00:00.000000','2026-02-02 12:02:00.000000',1);
INSERT INTO "letters" VALUES(2,1,'privacy','sent',NULL,'2026-02-02 10:00:00.000000',NULL,1);
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
	version INTEGER, comment VARCHAR DEFAULT '' NOT NULL, venue VARCHAR DEFAULT '' NOT NULL, tldr VARCHAR DEFAULT '' NOT NULL, organization VARCHAR DEFAULT '' NOT NULL, withdrawn_on DATE, origins JSON DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "papers" VALUES('2602.00001','Agent number 1 <in> fog & “rain”','agentnumber1infograin','We study agent number 1. It works, mostly.','["Ada Moor", "Bo F\u00e9n"]',NULL,'["cs.CL"]','2026-02-01 01:02:03.000000','{"abs": "https://example.org/abs/1", "pdf": "https://arxiv.org/pdf/2602.00001", "code": "https://example.org/code/1"}',NULL,'','','','',NULL,'{"title": ["first", 90], "abstract": ["first", 90], "authors": ["first", 90], "categories": ["first", 90], "published_at": ["first", 90], "links.abs": ["first", 90], "links.pdf": ["first", 90], "links.code": ["first", 90]}');
INSERT INTO "papers" VALUES('2602.00002','Robot number 2 <in> fog & “rain”','robotnumber2infograin','We study robot number 2. It works, mostly.','["Ada Moor", "Bo F\u00e9n"]',NULL,'["cs.CL"]','2026-02-01 01:02:03.000000','{"abs": "https://arxiv.org/abs/2602.00002", "pdf": "https://arxiv.org/pdf/2602.00002", "code": "https://example.org/code/2"}',NULL,'','','','','2026-02-02','{"title": ["first", 90], "abstract": ["first", 90], "authors": ["first", 90], "categories": ["first", 90], "published_at": ["first", 90], "links.abs": ["second", 90], "links.pdf": ["first", 90], "links.code": ["first", 90], "withdrawn_on": ["second", 90]}');
INSERT INTO "papers" VALUES('title:511e8ce982f49abd','Whale number 3 <in> fog & “rain”','whalenumber3infograin','We study whale number 3. It works, mostly.','["Ada Moor", "Bo F\u00e9n"]',NULL,'["cs.CL"]','2026-02-01 01:02:03.000000','{"abs": "https://example.org/abs/3", "code": "https://example.org/code/3"}',NULL,'','','','',NULL,'{"title": ["first", 90], "abstract": ["first", 90], "authors": ["first", 90], "categories": ["first", 90], "published_at": ["first", 90], "links.abs": ["first", 90], "links.code": ["first", 90]}');
INSERT INTO "papers" VALUES('2602.00004','Agent number 4 <in> fog & “rain”','agentnumber4infograin','We study agent number 4. It works, mostly.','["Ada Moor", "Bo F\u00e9n"]',NULL,'["cs.CL"]','2026-02-02 01:02:03.000000','{"abs": "https://example.org/abs/4", "pdf": "https://arxiv.org/pdf/2602.00004", "code": "https://example.org/code/4"}',NULL,'','','','',NULL,'{"title": ["first", 90], "abstract": ["first", 90], "authors": ["first", 90], "categories": ["first", 90], "published_at": ["first", 90], "links.abs": ["first", 90], "links.pdf": ["first", 90], "links.code": ["first", 90]}');
INSERT INTO "papers" VALUES('2602.00005','Robot number 5 <in> fog & “rain”','robotnumber5infograin','We study robot number 5. It works, mostly.','["Ada Moor", "Bo F\u00e9n"]',NULL,'["cs.CL"]','2026-02-02 01:02:03.000000','{"abs": "https://example.org/abs/5", "pdf": "https://arxiv.org/pdf/2602.00005", "code": "https://example.org/code/5"}',NULL,'9 pages','A workshop','','',NULL,'{"title": ["first", 90], "abstract": ["first", 90], "authors": ["first", 90], "categories": ["first", 90], "published_at": ["first", 90], "comment": ["first", 90], "venue": ["first", 90], "links.abs": ["first", 90], "links.pdf": ["first", 90], "links.code": ["first", 90]}');
INSERT INTO "papers" VALUES('2602.00006','Whale number 6 <in> fog & “rain”','whalenumber6infograin','We study whale number 6. It works, mostly.','["Ada Moor", "Bo F\u00e9n"]',NULL,'["cs.CL"]','2026-02-02 01:02:03.000000','{"abs": "https://example.org/abs/6", "pdf": "https://arxiv.org/pdf/2602.00006", "code": "https://example.org/code/6"}',NULL,'','','','',NULL,'{"title": ["first", 90], "abstract": ["first", 90], "authors": ["first", 90], "categories": ["first", 90], "published_at": ["first", 90], "links.abs": ["first", 90], "links.pdf": ["first", 90], "links.code": ["first", 90]}');
INSERT INTO "papers" VALUES('2602.00007','Agent number 4 <in> fog & rain','agentnumber4infograin','We study agent number 4. It works, mostly.','["Ada Moor", "Bo F\u00e9n"]',NULL,'["cs.CL"]','2026-02-02 01:02:03.000000','{"abs": "https://example.org/abs/4", "pdf": "https://arxiv.org/pdf/2602.00007", "code": "https://example.org/code/4"}',NULL,'','','','',NULL,'{"title": ["first", 90], "abstract": ["first", 90], "authors": ["first", 90], "categories": ["first", 90], "published_at": ["first", 90], "links.abs": ["first", 90], "links.pdf": ["first", 90], "links.code": ["first", 90]}');
INSERT INTO "papers" VALUES('2602.00008','Lamp number 8 <in> fog & “rain”','lampnumber8infograin','We study lamp number 8. It works, mostly.','["Ada Moor", "Bo F\u00e9n"]',NULL,'["cs.CL"]','2026-02-02 01:02:03.000000','{"abs": "https://example.org/abs/8", "pdf": "https://arxiv.org/pdf/2602.00008", "code": "https://example.org/code/8"}',NULL,'','','A lamp helps.','',NULL,'{"title": ["first", 90], "abstract": ["first", 90], "authors": ["first", 90], "categories": ["first", 90], "published_at": ["first", 90], "tldr": ["first", 90], "links.abs": ["first", 90], "links.pdf": ["first", 90], "links.code": ["first", 90]}');
CREATE TABLE senders (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	day DATE NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	host VARCHAR NOT NULL, 
	boot VARCHAR NOT NULL, 
	pid INTEGER NOT NULL
);
INSERT INTO "senders" VALUES(1,'2026-02-01','2026-02-01 12:00:00.000000','2026-02-01 12:00:00.000000','mail.example.org','a start of the machine',1);
INSERT INTO "senders" VALUES(2,'2026-02-02','2026-02-02 12:00:00.000000',NULL,'mail.example.org','a start of the machine',1);
CREATE TABLE sightings (
	paper_id VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	day DATE NOT NULL, 
	featured_at DATETIME, 
	PRIMARY KEY (paper_id, source), 
	FOREIGN KEY(paper_id) REFERENCES papers (id) ON UPDATE CASCADE
);
INSERT INTO "sightings" VALUES('title:511e8ce982f49abd','first','2026-02-01',NULL);
INSERT INTO "sightings" VALUES('2602.00002','first','2026-02-01',NULL);
INSERT INTO "sightings" VALUES('2602.00001','first','2026-02-01',NULL);
INSERT INTO "sightings" VALUES('2602.00008','first','2026-02-02',NULL);
INSERT INTO "sightings" VALUES('2602.00007','first','2026-02-02',NULL);
INSERT INTO "sightings" VALUES('2602.00006','first','2026-02-02',NULL);
INSERT INTO "sightings" VALUES('2602.00005','first','2026-02-02',NULL);
INSERT INTO "sightings" VALUES('2602.00004','first','2026-02-02',NULL);
CREATE TABLE signals (
	paper_id VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	observed_at DATETIME NOT NULL, 
	upvotes INTEGER, 
	comments INTEGER, 
	stars INTEGER, citations INTEGER, 
	PRIMARY KEY (paper_id, source, observed_at), 
	FOREIGN KEY(paper_id) REFERENCES papers (id) ON UPDATE CASCADE
);
INSERT INTO "signals" VALUES('2602.00001','first','2026-02-01 05:06:07.123456',1,NULL,3,NULL);
INSERT INTO "signals" VALUES('2602.00002','first','2026-02-01 05:06:07.123456',2,NULL,6,NULL);
INSERT INTO "signals" VALUES('title:511e8ce982f49abd','first','2026-02-01 05:06:07.123456',3,NULL,9,NULL);
INSERT INTO "signals" VALUES('2602.00004','first','2026-02-02 05:06:07.123456',4,NULL,12,NULL);
INSERT INTO "signals" VALUES('2602.00005','first','2026-02-02 05:06:07.123456',5,NULL,15,NULL);
INSERT INTO "signals" VALUES('2602.00006','first','2026-02-02 05:06:07.123456',6,NULL,18,NULL);
INSERT INTO "signals" VALUES('2602.00008','first','2026-02-02 05:06:07.123456',8,NULL,24,NULL);
CREATE TABLE subscribers (
	id INTEGER NOT NULL, 
	address VARCHAR NOT NULL, 
	address_key VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	since DATETIME NOT NULL, preferences JSON DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (address_key)
);
INSERT INTO "subscribers" VALUES(1,'ada@example.org','ada@example.org','confirmed','2026-01-29 12:00:00.000000','{"words_in": ["lamp"], "words_out": [], "authors": [], "papers": 5, "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "timezone": "Asia/Tokyo", "hour": 18, "language": "de", "text_only": false}');
INSERT INTO "subscribers" VALUES(2,'bo@example.org','bo@example.org','confirmed','2026-01-29 12:00:00.000000','{}');
INSERT INTO "subscribers" VALUES(3,'cy@example.org','cy@example.org','confirmed','2026-01-29 12:00:00.000000','{}');
INSERT INTO "subscribers" VALUES(4,'di@example.org','di@example.org','suppressed','2026-01-29 12:00:00.000000','{}');
INSERT INTO "subscribers" VALUES(5,'eli@example.org','eli@example.org','confirmed','2026-01-29 12:00:00.000000','{}');
INSERT INTO "subscribers" VALUES(6,'fay@example.org','fay@example.org','confirmed','2026-01-29 12:00:00.000000','{}');
INSERT INTO "subscribers" VALUES(7,'gil@example.org','gil@example.org','pending','2026-01-29 12:00:00.000000','{}');
INSERT INTO "subscribers" VALUES(8,'hal@example.org','hal@example.org','paused','2026-01-29 12:00:00.000000','{}');
INSERT INTO "subscribers" VALUES(9,'ivy@example.org','ivy@example.org','left','2026-01-29 12:00:00.000000','{}');
INSERT INTO "subscribers" VALUES(10,'jo@example.org','jo@example.org','suppressed','2026-01-29 12:00:00.000000','{}');
CREATE TABLE subscriptions (
	subscriber_id INTEGER NOT NULL, 
	topic VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (subscriber_id, topic), 
	FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE CASCADE
);
INSERT INTO "subscriptions" VALUES(2,'agents',0);
INSERT INTO "subscriptions" VALUES(3,'robots',0);
INSERT INTO "subscriptions" VALUES(3,'agents',1);
INSERT INTO "subscriptions" VALUES(4,'whales',0);
INSERT INTO "subscriptions" VALUES(5,'agents',0);
INSERT INTO "subscriptions" VALUES(5,'whales',1);
INSERT INTO "subscriptions" VALUES(6,'agents',0);
INSERT INTO "subscriptions" VALUES(1,'agents',0);
INSERT INTO "subscriptions" VALUES(1,'robots',1);
INSERT INTO "subscriptions" VALUES(7,'agents',0);
INSERT INTO "subscriptions" VALUES(8,'agents',0);
INSERT INTO "subscriptions" VALUES(9,'agents',0);
INSERT INTO "subscriptions" VALUES(10,'agents',0);
CREATE TABLE suppressions (
	key_hash VARCHAR NOT NULL, 
	for_ever BOOLEAN NOT NULL, 
	at DATETIME NOT NULL, 
	door VARCHAR NOT NULL, 
	PRIMARY KEY (key_hash)
);
INSERT INTO "suppressions" VALUES('9c4de4f2a752fd9081981984826206bf2731cb0463de49ce3635d20732f7a2c8',0,'2026-02-02 12:00:00.000000','tests');
CREATE INDEX ix_papers_title_key ON papers (title_key);
CREATE INDEX ix_sightings_day ON sightings (day);
CREATE INDEX subscriptions_by_topic ON subscriptions (topic);
CREATE INDEX ix_consent_subscriber_id ON consent (subscriber_id);
CREATE INDEX ix_deliveries_subscriber_id ON deliveries (subscriber_id);
CREATE INDEX ix_letters_subscriber_id ON letters (subscriber_id);
CREATE INDEX ix_letters_next_at ON letters (next_at);
CREATE INDEX ix_desks_day ON desks (day);
CREATE INDEX desk_papers_by_paper ON desk_papers (paper_id);
CREATE INDEX ix_papers_withdrawn_on ON papers (withdrawn_on);
CREATE INDEX announcements_by_day ON announcements (category, day);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('senders',2);
COMMIT;
