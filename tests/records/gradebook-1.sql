BEGIN TRANSACTION;
CREATE TABLE deadlines (exercise TEXT PRIMARY KEY, due TEXT NOT NULL, policy TEXT NOT NULL, grace REAL NOT NULL);
CREATE TABLE decisions (
            id INTEGER PRIMARY KEY,
            student INTEGER NOT NULL REFERENCES students ON DELETE CASCADE,
            exercise TEXT NOT NULL,
            check_id TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('review', 'override')),
            points REAL NOT NULL,
            author TEXT NOT NULL,
            date TEXT NOT NULL,
            reason TEXT NOT NULL,
            anchor TEXT NOT NULL,
            withdrawn TEXT);
INSERT INTO "decisions" VALUES(1,1,'xor','training','override',2.5,'Mme Curie','2026-11-25T07:57:07+00:00','Vu en TP : 1000 époques','dae4284e9c1acd7ea102ab19505e183f77a557d7ca31cc47070763053cc5f0a2',NULL);
CREATE TABLE digests (
            path TEXT PRIMARY KEY,
            state TEXT NOT NULL,
            sha256 TEXT NOT NULL);
CREATE TABLE extensions (student TEXT, exercise TEXT, due TEXT NOT NULL, PRIMARY KEY (student, exercise));
CREATE TABLE receipts (student TEXT, exercise TEXT, received TEXT NOT NULL, PRIMARY KEY (student, exercise));
CREATE TABLE records (
            submission INTEGER PRIMARY KEY REFERENCES submissions ON DELETE CASCADE,
            run_key TEXT NOT NULL,
            judgement_key TEXT NOT NULL,
            schema INTEGER NOT NULL,
            broken INTEGER NOT NULL,
            backend TEXT NOT NULL,
            made TEXT NOT NULL,
            json TEXT NOT NULL,
            exhibits TEXT NOT NULL);
INSERT INTO "records" VALUES(1,'72969f7f44854d664248851a93766754efcf42cbda0659a2281077e5584c2e83','72104dbb57c6a502a522c7faf7946a9dc43c3e19336f95bf4204b3774cdbfaf4',2,0,'process','2026-11-25T07:55:57.226932+00:00','{"schema":2,"grader_version":"0.1.0","exercise":"xor","title":{"fr":"Le ou exclusif avec trois neurones","en":"Exclusive or with three neurons"},"student":"Inès O''Brien","file":"xor.py","mode":"full","score":11.0,"max_score":20,"dataset":null,"sandbox":{"backend":"process","level":"limits"},"seed":0,"outcome":{"status":"error","seconds":4.603875308999704,"cpu_seconds":1.542455,"peak_memory_mib":22,"exit":1},"verdicts":[{"id":"runs","status":"failed","points":0.0,"max_points":1,"title":{"fr":"Le programme va jusqu’au bout","en":"The program runs to its end"},"measured":{"fr":"IndexError","en":"IndexError"},"expected":{"fr":"un programme qui se termine de lui-même, sans erreur","en":"a program that ends by itself, without an error"},"message":{"fr":"xor.py, ligne 15 : IndexError: index 3 is out of bounds for axis 1 with size 1 — un indice dépasse la fin.","en":"xor.py, line 15: IndexError: index 3 is out of bounds for axis 1 with size 1 — an index lies beyond the end."},"hint":{"fr":"","en":""},"override":null},{"id":"parameters","status":"passed","points":3.0,"max_points":3,"title":{"fr":"Nombre de paramètres du modèle","en":"Number of parameters of the model"},"measured":{"fr":"9","en":"9"},"expected":{"fr":"9","en":"9"},"message":{"fr":"Votre modèle a 9 paramètres.","en":"Your model has 9 parameters."},"hint":{"fr":"","en":""},"override":null},{"id":"architecture","status":"passed","points":4.0,"max_points":4,"title":{"fr":"Architecture du modèle","en":"Architecture of the model"},"measured":{"fr":"Dense(2, relu) → Dense(1, sigmoid)","en":"Dense(2, relu) → Dense(1, sigmoid)"},"expected":{"fr":"Dense(2, relu) → Dense(1, sigmoid)","en":"Dense(2, relu) → Dense(1, sigmoid)"},"message":{"fr":"Les couches sont bien celles qui sont demandées.","en":"The layers are those that are asked for."},"hint":{"fr":"","en":""},"override":null},{"id":"training","status":"partial","points":2.0,"max_points":3,"title":{"fr":"Réglages de l’entraînement","en":"Training settings"},"measured":{"fr":"mean_squared_error, Adam, 30 époques","en":"mean_squared_error, Adam, 30 epochs"},"expected":{"fr":"mean_squared_error, Adam, 1 000 époques","en":"mean_squared_error, Adam, 1,000 epochs"},"message":{"fr":"L’entraînement n’est pas conforme à ce qui est demandé : 30 époques seulement sur 1000 ont été effectuées.","en":"Not trained as asked for: only 30 epochs were run, of 1000."},"hint":{"fr":"","en":""},"override":null},{"id":"xor","status":"failed","points":0.0,"max_points":5,"title":{"fr":"Aucune erreur sur les quatre points, chance mise à part","en":"No error on the four points, luck set aside"},"measured":{"fr":"2 erreurs avec votre départ ; 1,4 % des 2 000 autres départs réussissent","en":"2 errors with your start; 1.4% of 2,000 other starts succeed"},"expected":{"fr":"aucune erreur sur les quatre points, depuis ce départ ou depuis d’autres","en":"no error on the four points, from this start or from others"},"message":{"fr":"C’est plus que de la malchance : 1,4 % des 2 000 autres départs réussissent avec vos réglages.","en":"More than bad luck: 1.4% of 2,000 other starts succeed with your settings."},"hint":{"fr":"Entraînez plus longtemps, ou avec un taux d’apprentissage plus grand ; une autre graine ou davantage de neurones cachés aident aussi.","en":"Train longer, or with a larger learning rate; then another seed or more hidden units help too."},"override":null},{"id":"answer.perceptron_simple","status":"passed","points":2.0,"max_points":2,"title":{"fr":"Question « perceptron_simple »","en":"Question “perceptron_simple”"},"measured":{"fr":"Non","en":"Non"},"expected":{"fr":"oui ou non, et pourquoi","en":"yes or no, and why"},"message":{"fr":"C’est juste : non.","en":"Right: no."},"hint":{"fr":"","en":""},"override":null},{"id":"answer.pourquoi","status":"review","points":0.0,"max_points":2,"title":{"fr":"Question « pourquoi »","en":"Question “pourquoi”"},"measured":{"fr":"Aucune droite ne sépare (0, 1) et (1, 0) de (0, 0) et (1, 1).","en":"Aucune droite ne sépare (0, 1) et (1, 0) de (0, 0) et (1, 1)."},"expected":{"fr":"Les deux classes ne sont pas linéairement séparables (1 point) ; un neurone seul a pour frontière une droite, ou un argument équivalent : additionner w₁ + b > 0 et w₂ + b > 0 contredit w₁ + w₂ + b < 0 et b < 0 (1 point).","en":"The two classes are not linearly separable (1 point); a single neuron has a line as its boundary, or an equal argument: the sum of w₁ + b > 0 and w₂ + b > 0 contradicts w₁ + w₂ + b < 0 and b < 0 (1 point)."},"message":{"fr":"Un enseignant lira cette réponse.","en":"A teacher will read this answer."},"hint":{"fr":"","en":""},"override":null}],"notices":[],"failure":{"type":"IndexError","message":"index 3 is out of bounds for axis 1 with size 1","frames":[{"file":"xor.py","line":15,"function":"<module>","text":"print(modele.predict(X)[:, 3])"}],"cell":null},"stdout_tail":"dernière ligne avant l''erreur\n\r\u001b[1m1/1\u001b[0m \u001b[32m━━━━━━━━━━━━━━━━━━━━\u001b[0m\u001b[37m\u001b[0m \u001b[1m0s\u001b[0m 106ms/step\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\r\u001b[1m1/1\u001b[0m \u001b[32m━━━━━━━━━━━━━━━━━━━━\u001b[0m\u001b[37m\u001b[0m \u001b[1m0s\u001b[0m 106ms/step\n","stdout_dropped":0,"versions":{"python":"3.11.7","tensorflow":"2.20.0","keras":"3.15.1","numpy":"2.4.6","scikit-learn":"1.9.1","scipy":"1.17.1","matplotlib":"3.11.2"},"curves":{"loss":[0.25555843114852905,0.25544628500938416,0.25533509254455566,0.25522494316101074,0.255115807056427,0.25500768423080444,0.25490057468414307,0.25479456782341003,0.2546895742416382,0.25458574295043945,0.2544829547405243,0.2543812394142151,0.2542807161808014,0.2541811764240265,0.2540828287601471,0.25398558378219604,0.25388944149017334,0.25379443168640137,0.2537005543708801,0.2536078095436096,0.2535487413406372,0.2535027265548706,0.25344961881637573,0.25339189171791077,0.25333091616630554,0.2532676160335541,0.2532026171684265,0.25313639640808105,0.25306928157806396,0.2530016005039215]},"details":{"restarts":{"errors":2,"representable":true,"share":0.0135,"restarts":2000}},"phases":{"static":0.07262156899923866,"start":8.59722304600109,"student":4.603875308999704,"evidence":0.042151100000410224,"evaluation":1.1557411220001086,"checks":0.08801418700022623},"received":"","identity":{},"members":[],"attempt":1,"lateness":null,"final_score":11.0,"exhibits":{"answers":{"perceptron_simple":"Non","pourquoi":"Aucune droite ne sépare (0, 1) et (1, 0) de (0, 0) et (1, 1)."}}}','{"source":{"file":"xor.py","text":"REPONSES = {\n    \"perceptron_simple\": \"Non\",\n    \"pourquoi\": \"Aucune droite ne sépare (0, 1) et (1, 0) de (0, 0) et (1, 1).\",\n}\n\nimport keras\nimport numpy as np\n\nX = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=\"float32\")\ny = np.array([[0], [1], [1], [0]], dtype=\"float32\")\nmodele = keras.Sequential([keras.layers.Dense(2, activation=\"relu\"), keras.layers.Dense(1, activation=\"sigmoid\")])\nmodele.compile(optimizer=\"adam\", loss=\"mean_squared_error\")\nmodele.fit(X, y, epochs=30, verbose=0)\nprint(\"dernière ligne avant l''erreur\")\nprint(modele.predict(X)[:, 3])\n","cut":false}}');
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO "settings" VALUES('index','index.html');
INSERT INTO "settings" VALUES('pages','ea3b24a4da32d1e29add6c88c6579350be3f21e5e605e4e1d20969ce090cdcd3 en');
CREATE TABLE students (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
INSERT INTO "students" VALUES(1,'Inès O''Brien');
CREATE TABLE submissions (
            id INTEGER PRIMARY KEY,
            student INTEGER NOT NULL REFERENCES students ON DELETE CASCADE,
            exercise TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            fingerprint TEXT NOT NULL,
            program TEXT NOT NULL,
            received TEXT NOT NULL,
            identity TEXT NOT NULL,
            members TEXT NOT NULL,
            seen INTEGER NOT NULL,
            UNIQUE (student, exercise, attempt, fingerprint));
INSERT INTO "submissions" VALUES(1,1,'xor',1,'dae4284e9c1acd7ea102ab19505e183f77a557d7ca31cc47070763053cc5f0a2','xor.py','','{}','[]',1);
CREATE INDEX decisions_of ON decisions (student, exercise, check_id);
PRAGMA user_version = 1;
COMMIT;
