/* Records of DNSSEC, of its signatures and digests, and of keys. For test_rfc_vectors.c. */
#pragma once

#include "rfc_line.h"

static const struct line lines_of_security[] = {
    { "RFC 4034 section 2.3: DNSKEY",
      "example.com. 86400 IN DNSKEY 256 3 5 ( AQPSKmynfzW4kyBv015MUG2DeIQ3\n Cbl+BBZH4b/0PY"
      "1kxkmvHjcZc8no\n kfzj31GajIQKY+5CptLr3buXA10h\n WqTkF7H6RfoRqXQeogmMHfpftf6z\n Mv1Ly"
      "BUgia7za6ZEzOJBOztyvhjL\n 742iU/TpPSEDhm2SNKLijfUppn1U\n aNvv4w== )\n",
      48, 1,
      "010003050103d22a6ca77f35b893206fd35e4c506d8378843709b97e041647e1bff43d8d64c649af1e37"
      "1973c9e891fce3df519a8c840a63ee42a6d2ebddbb97035d215aa4e417b1fa45fa11a9741ea2098c1dfa"
      "5fb5feb332fd4bc8152089aef36ba644cce2413b3b72be18cbef8da253f4e93d2103866d9234a2e28df5"
      "29a67d5468dbefe3" },
    { "RFC 4034 section 3.3: RRSIG",
      "host.example.com. 86400 IN RRSIG A 5 3 86400 20030322173103 (\n 20030220173103 2642 "
      "example.com.\n oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTr\n PYGv07h108dUKGMeDPKijVCHX3DDKd"
      "fb+v6o\n B9wfuh3DTJXUAfI/M0zmO/zz8bW0Rznl8O3t\n GNazPwQKkRN20XPXV6nwwfoXmJQbsLNrLfkG"
      "\n J5D6fwFm8nN+6pBzeDQfsS3Ap3o= )\n",
      46, 1,
      "00010503000151803e7c9dd73e5510d70a52076578616d706c6503636f6d00a090755ba58d1affa576f4"
      "375831b4310920e481218d18a9f164eb3d81afd3b875d3c75428631e0cf2a28d50875f70c329d7dbfafe"
      "a807dc1fba1dc34c95d401f23f334ce63bfcf3f1b5b44739e5f0eded18d6b33f040a911376d173d757a9"
      "f0c1fa1798941bb0b36b2df9062790fa7f0166f2737eea907378341fb12dc0a77a" },
    { "RFC 4034 section 4.3: NSEC",
      "alfa.example.com. 86400 IN NSEC host.example.com. (\n A MX RRSIG NSEC TYPE1234 )\n", 47, 1,
      "04686f7374076578616d706c6503636f6d000006400100000003041b0000000000000000000000000000"
      "00000000000000000000000020" },
    { "RFC 4034 section 5.4: DNSKEY",
      "dskey.example.com. 86400 IN DNSKEY 256 3 5 ( AQOeiiR0GOMYkDshWoSKz9Xz\n fwJr1AYtsmx3"
      "TGkJaNXVbfi/\n 2pHm822aJ5iI9BMzNXxeYCmZ\n DRD99WYwYqUSdjMmmAphXdvx\n egXd/M5+X7OrzKB"
      "aMbCVdFLU\n Uh6DhweJBjEVv5f2wwjM9Xzc\n nOf+EPbtG9DMBmADjFDc2w/r\n ljwvFw==\n )\n",
      48, 1,
      "0100030501039e8a247418e318903b215a848acfd5f37f026bd4062db26c774c690968d5d56df8bfda91"
      "e6f36d9a279888f41333357c5e6029990d10fdf5663062a512763326980a615ddbf17a05ddfcce7e5fb3"
      "abcca05a31b0957452d4521e83870789063115bf97f6c308ccf57cdc9ce7fe10f6ed1bd0cc0660038c50"
      "dcdb0feb963c2f17" },
    { "RFC 4034 section 5.4: DS",
      "dskey.example.com. 86400 IN DS 60485 5 1 ( 2BB183AF5F22588179A53B0A\n 98631FAD1A2921"
      "18 )\n",
      43, 1, "ec4505012bb183af5f22588179a53b0a98631fad1a292118" },
    { "RFC 4035 appendix A: RRSIG of SOA",
      "example. 3600 RRSIG SOA 5 1 3600 20040509183619 (\n 20040409183619 38519 example.\n "
      "ONx0k36rcjaxYtcNgq6iQnpNV5+drqYAsC9h\n 7TSJaHCqbhE67Sr6aH2xDUGcqQWu/n0UVzrF\n vkgO9e"
      "barZ0GWDKcuwlM6eNB5SiX2K74l5LW\n DA7S/Un/IbtDq4Ay8NMNLQI7Dw7n4p8/rjkB\n jV7j86HyQgM5"
      "e7+miRAz8V01b0I= )\n",
      46, 1,
      "0006050100000e10409e7a234076ed239677076578616d706c650038dc74937eab7236b162d70d82aea2"
      "427a4d579f9daea600b02f61ed34896870aa6e113aed2afa687db10d419ca905aefe7d14573ac5be480e"
      "f5e6daad9d0658329cbb094ce9e341e52897d8aef89792d60c0ed2fd49ff21bb43ab8032f0d30d2d023b"
      "0f0ee7e29f3fae39018d5ee3f3a1f24203397bbfa6891033f15d356f42" },
    { "RFC 4035 appendix A: NSEC of a zone",
      "example. 3600 NSEC a.example. NS SOA MX RRSIG NSEC DNSKEY\n", 47, 1,
      "0161076578616d706c6500000722010000000380" },
    { "RFC 4035 appendix A: DNSKEY of a zone",
      "example. 3600 DNSKEY 256 3 5 (\n AQOy1bZVvpPqhg4j7EJoM9rI3ZmyEx2OzDBV\n rZy/lvI5CQeP"
      "xXHZS4i8dANH4DX3tbHol61e\n k8EFMcsGXxKciJFHyhl94C+NwILQdzsUlSFo\n vBZsyl/NX6yEbtw/xN"
      "9ZNcrbYvgjjZ/UVPZI\n ySFNsgEYvh0z2542lzMKR4Dh8uZffQ==\n )\n",
      48, 1,
      "010003050103b2d5b655be93ea860e23ec426833dac8dd99b2131d8ecc3055ad9cbf96f23909078fc571"
      "d94b88bc740347e035f7b5b1e897ad5e93c10531cb065f129c889147ca197de02f8dc082d0773b149521"
      "68bc166cca5fcd5fac846edc3fc4df5935cadb62f8238d9fd454f648c9214db20118be1d33db9e369733"
      "0a4780e1f2e65f7d" },
    { "RFC 4035 appendix A: DNSKEY of keys",
      "example. 3600 DNSKEY 257 3 5 (\n AQOeX7+baTmvpVHb2CcLnL1dMRWbuscRvHXl\n LnXwDzvqp4tZ"
      "VKp1sZMepFb8MvxhhW3y/0QZ\n syCjczGJ1qk8vJe52iOhInKROVLRwxGpMfzP\n RLMlGybr51bOV/1se0"
      "ODacj3DomyB4QB5gKT\n Yot/K9alk5/j8vfd4jWCWD+E1Sze0Q==\n )\n",
      48, 1,
      "0101030501039e5fbf9b6939afa551dbd8270b9cbd5d31159bbac711bc75e52e75f00f3beaa78b5954aa"
      "75b1931ea456fc32fc61856df2ff4419b320a3733189d6a93cbc97b9da23a12272913952d1c311a931fc"
      "cf44b3251b26ebe756ce57fd6c7b438369c8f70e89b2078401e60293628b7f2bd6a5939fe3f2f7dde235"
      "82583f84d52cded1" },
    { "RFC 4035 appendix A: RRSIG of DNSKEY",
      "example. 3600 RRSIG DNSKEY 5 1 3600 20040509183619 (\n 20040409183619 9465 example."
      "\n ZxgauAuIj+k1YoVEOSlZfx41fcmKzTFHoweZ\n xYnz99JVQZJ33wFS0Q0jcP7VXKkaElXk9nYJ\n Xev"
      "O/7nAbo88iWsMkSpSR6jWzYYKwfrBI/L9\n hjYmyVO9m6FjQ7uwM4dCP/bIuV/DKqOAK9NY\n NC3AHfvCV"
      "1Tp4VKDqxqG7R5tTVM= )\n",
      46, 1,
      "0030050100000e10409e7a234076ed2324f9076578616d706c650067181ab80b888fe935628544392959"
      "7f1e357dc98acd3147a30799c589f3f7d255419277df0152d10d2370fed55ca91a1255e4f676095debce"
      "ffb9c06e8f3c896b0c912a5247a8d6cd860ac1fac123f2fd863626c953bd9ba16343bbb03387423ff6c8"
      "b95fc32aa3802bd358342dc01dfbc25754e9e15283ab1a86ed1e6d4d53" },
    { "RFC 4035 appendix A: the second RRSIG of DNSKEY",
      "example. 3600 RRSIG DNSKEY 5 1 3600 20040509183619 (\n 20040409183619 38519 example."
      "\n eGL0s90glUqcOmloo/2y+bSzyEfKVOQViD9Z\n DNhLz/Yn9CQZlDVRJffACQDAUhXpU/oP34ri\n bKB"
      "pysRXosczFrKqS5Oa0bzMOfXCXup9qHAp\n eFIku28Vqfr8Nt7cigZLxjK+u0Ws/4lIRjKk\n 7z5OXogYV"
      "aFzHKillDt3HRxHIZM= )\n",
      46, 1,
      "0030050100000e10409e7a234076ed239677076578616d706c65007862f4b3dd20954a9c3a6968a3fdb2"
      "f9b4b3c847ca54e415883f590cd84bcff627f4241994355125f7c00900c05215e953fa0fdf8ae26ca069"
      "cac457a2c73316b2aa4b939ad1bccc39f5c25eea7da87029785224bb6f15a9fafc36dedc8a064bc632be"
      "bb45acff89484632a4ef3e4e5e881855a1731ca8a5943b771d1c472193" },
    { "RFC 4035 appendix A: DS",
      "a.example. 3600 DS 57855 5 1 (\n B6DCD485719ADCA18E5F3D48A2331627FDD3\n 636B )\n", 43, 1,
      "e1ff0501b6dcd485719adca18e5f3d48a2331627fdd3636b" },
    { "RFC 4035 appendix A: RRSIG of DS",
      "a.example. 3600 RRSIG DS 5 2 3600 20040509183619 (\n 20040409183619 38519 example.\n"
      " oXIKit/QtdG64J/CB+Gi8dOvnwRvqrto1AdQ\n oRkAN15FP3iZ7suB7gvTBmXzCjL7XUgQVcoH\n kdhyC"
      "uzp8W9qJHgRUSwKKkczSyuL64nhgjuD\n EML8l9wlWVsl7PR2VnZduM9bLyBhaaPmRKX/\n Fm+v6ccF2EG"
      "NLRiY08kdkz+XHHo= )\n",
      46, 1,
      "002b050200000e10409e7a234076ed239677076578616d706c6500a1720a8adfd0b5d1bae09fc207e1a2"
      "f1d3af9f046faabb68d40750a11900375e453f7899eecb81ee0bd30665f30a32fb5d481055ca0791d872"
      "0aece9f16f6a247811512c0a2a47334b2b8beb89e1823b8310c2fc97dc25595b25ecf47656765db8cf5b"
      "2f206169a3e644a5ff166fafe9c705d8418d2d1898d3c91d933f971c7a" },
    { "RFC 4035 appendix A: NSEC of a delegation that is secure",
      "a.example. 3600 NSEC ai.example. NS DS RRSIG NSEC\n", 47, 1,
      "026169076578616d706c65000006200000000013" },
    { "RFC 4035 appendix A: NSEC of a delegation that is not",
      "b.example. 3600 NSEC ns1.example. NS RRSIG NSEC\n", 47, 1,
      "036e7331076578616d706c65000006200000000003" },
    { "RFC 4035 appendix A: NSEC of a host",
      "ai.example. 3600 NSEC b.example. A HINFO AAAA RRSIG NSEC\n", 47, 1,
      "0162076578616d706c65000006400400080003" },
    { "RFC 4035 appendix A: NSEC of a wildcard",
      "*.w.example. 3600 NSEC x.w.example. MX RRSIG NSEC\n", 47, 1,
      "01780177076578616d706c65000006000100000003" },
    { "RFC 4509 section 2.3: DS of SHA-256",
      "dskey.example.com. 86400 IN DS 60485 5 2 ( D4B7D520E7BB5F0F67674A0C\n CEB1E3E0614B93"
      "C4F9E99B83\n 83F6A1E4469DA50A )\n",
      43, 1, "ec450502d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a" },
    { "RFC 5155 appendix A: SOA",
      "example. 3600 IN SOA ns1.example. bugs.x.w.example. 1 3600 300 (\n 3600000 3600 )\n", 6, 1,
      "036e7331076578616d706c6500046275677301780177076578616d706c65000000000100000e10000001"
      "2c0036ee8000000e10" },
    { "RFC 5155 appendix A: RRSIG of SOA",
      "example. RRSIG SOA 7 1 3600 20150420235959 20051021000000 (\n 40430 example.\n Hu25U"
      "IyNPmvPIVBrldN+9Mlp9Zql39qaUd8i\n q4ZLlYWfUUbbAS41pG+68z81q1xhkYAcEyHd\n VI2LmKusbZs"
      "T0Q== )\n",
      46, 1,
      "0006070100000e10553592ff43582f809dee076578616d706c65001eedb9508c8d3e6bcf21506b95d37e"
      "f4c969f59aa5dfda9a51df22ab864b95859f5146db012e35a46fbaf33f35ab5c6191801c1321dd548d8b"
      "98abac6d9b13d1" },
    { "RFC 5155 appendix A: DNSKEY of a zone",
      "example. DNSKEY 256 3 7 AwEAAaetidLzsKWUt4swWR8yu0wPHPiUi8LU (\n sAD0QPWU+wzt89epO6t"
      "HzkMBVDkC7qphQO2h\n TY4hHn9npWFRw5BYubE= )\n",
      48, 1,
      "0100030703010001a7ad89d2f3b0a594b78b30591f32bb4c0f1cf8948bc2d4b000f440f594fb0cedf3d7"
      "a93bab47ce4301543902eeaa6140eda14d8e211e7f67a56151c39058b9b1" },
    { "RFC 5155 appendix A: DNSKEY of keys",
      "example. DNSKEY 257 3 7 AwEAAcUlFV1vhmqx6NSOUOq2R/dsR7Xm3upJ (\n j7IommWSpJABVfW8Q0r"
      "OvXdM6kzt+TAu92L9\n AbsUdblMFin8CVF3n4s= )\n",
      48, 1,
      "0101030703010001c525155d6f866ab1e8d48e50eab647f76c47b5e6deea498fb2289a6592a4900155f5"
      "bc434acebd774cea4cedf9302ef762fd01bb1475b94c1629fc0951779f8b" },
    { "RFC 5155 appendix A: RRSIG of DNSKEY",
      "example. RRSIG DNSKEY 7 1 3600 20150420235959 (\n 20051021000000 12708 example.\n Au"
      "U4juU9RaxescSmStrQks3Gh9FblGBlVU31\n uzMZ/U/FpsUb8aC6QZS+sTsJXnLnz7flGOsm\n MGQZf3bH"
      "+QsCtg== )\n",
      46, 1,
      "0030070100000e10553592ff43582f8031a4076578616d706c650002e5388ee53d45ac5eb1c4a64adad0"
      "92cdc687d15b946065554df5bb3319fd4fc5a6c51bf1a0ba4194beb13b095e72e7cfb7e518eb26306419"
      "7f76c7f90b02b6" },
    { "RFC 5155 appendix A: NSEC3PARAM", "example. NSEC3PARAM 1 0 12 aabbccdd\n", 51, 1,
      "0100000c04aabbccdd" },
    { "RFC 5155 appendix A: RRSIG of NSEC3PARAM",
      "example. RRSIG NSEC3PARAM 7 1 3600 20150420235959 (\n 20051021000000 40430 example."
      "\n C1Gl8tPZNtnjlrYWDeeUV/sGLCyy/IHie2re\n rN05XSA3Pq0U3+4VvGWYWdUMfflOdxqnXHwJ\n TLQ"
      "sjlkynhG6Cg== )\n",
      46, 1,
      "0033070100000e10553592ff43582f809dee076578616d706c65000b51a5f2d3d936d9e396b6160de794"
      "57fb062c2cb2fc81e27b6adeacdd395d20373ead14dfee15bc659859d50c7df94e771aa75c7c094cb42c"
      "8e59329e11ba0a" },
    { "RFC 5155 appendix A: NSEC3 of example",
      "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. NSEC3 1 1 12 aabbccdd (\n 2t7b4g4vsa5smi47"
      "k61mv5bv1a22bojr MX DNSKEY NS\n SOA NSEC3PARAM RRSIG )\n",
      50, 1, "0101000c04aabbccdd14174eb2409fe28bcb4887a1836f957f0a8425e27b000722010000000290" },
    { "RFC 5155 appendix A: NSEC3 of ns1.example",
      "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. NSEC3 1 1 12 aabbccdd (\n 2vptu5timamqttgl"
      "4luu9kg21e0aor3s A RRSIG )\n",
      50, 1, "0101000c04aabbccdd1417f3df17b2b2adaef615257de4d2020b80ac6c7c0006400000000002" },
    { "RFC 5155 appendix A: NSEC3 of x.y.w.example",
      "2vptu5timamqttgl4luu9kg21e0aor3s.example. NSEC3 1 1 12 aabbccdd (\n 35mthgpgcu1qg68f"
      "ab165klnsnk3dpvl MX RRSIG )\n",
      50, 1, "0101000c04aabbccdd14196dd8c3306783a8190f52c262d2b7e5e836e7f50006000100000002" },
    { "RFC 5155 appendix A: NSEC3 of a.example",
      "35mthgpgcu1qg68fab165klnsnk3dpvl.example. NSEC3 1 1 12 aabbccdd (\n b4um86eghhds6nea"
      "196smvmlo4ors995 NS DS RRSIG )\n",
      50, 1, "0101000c04aabbccdd14593d6419d08c5bc35dca0a4dcb7ed5c131be25250006200000000012" },
    { "RFC 5155 appendix A: NSEC3 of x.w.example",
      "b4um86eghhds6nea196smvmlo4ors995.example. NSEC3 1 1 12 aabbccdd (\n gjeqe526plbf1g8m"
      "klp59enfd789njgi MX RRSIG )\n",
      50, 1, "0101000c04aabbccdd1484dda71446cd56f0c116a57254baef69d09bce120006000100000002" },
    { "RFC 5155 appendix A: NSEC3 of ai.example",
      "gjeqe526plbf1g8mklp59enfd789njgi.example. NSEC3 1 1 12 aabbccdd (\n ji6neoaepv8b5o6k"
      "4ev33abha8ht9fgc HINFO A AAAA\n RRSIG )\n",
      50, 1, "0101000c04aabbccdd149c8d77614ecfd0b2e0d423be31a9715223d4be0c0006400400080002" },
    { "RFC 5155 appendix A: NSEC3 of y.w.example",
      "ji6neoaepv8b5o6k4ev33abha8ht9fgc.example. NSEC3 1 1 12 aabbccdd (\n k8udemvp1j2f7eg6"
      "jebps17vp3n8i58h )\n",
      50, 1, "0101000c04aabbccdd14a23cd75bf90cc4f3ba069b979e04ffc8ee891511" },
    { "RFC 5155 appendix A: NSEC3 of w.example",
      "k8udemvp1j2f7eg6jebps17vp3n8i58h.example. NSEC3 1 1 12 aabbccdd (\n kohar7mbb8dc2ce8"
      "a9qvl8hon4k53uhi )\n",
      50, 1, "0101000c04aabbccdd14a622ad9ecb5a1ac131c85275faa238b92851fa32" },
    { "RFC 5155 appendix A: NSEC3 of the hash of ns1.example",
      "kohar7mbb8dc2ce8a9qvl8hon4k53uhi.example. NSEC3 1 1 12 aabbccdd (\n q04jkcevqvmu85r0"
      "14c7dkba38o0ji5r A RRSIG )\n",
      50, 1, "0101000c04aabbccdd14d0093a31dfd7ede41760091876d16a1a3009c8bb0006400000000002" },
    { "RFC 5155 appendix A: NSEC3 of ns2.example",
      "q04jkcevqvmu85r014c7dkba38o0ji5r.example. NSEC3 1 1 12 aabbccdd (\n r53bq7cc2uvmubfu"
      "5ocmm6pers9tk9en A RRSIG )\n",
      50, 1, "0101000c04aabbccdd14d946bd1d8c17bf6f2dfe2e196b1b2edf13da25d70006400000000002" },
    { "RFC 5155 appendix A: NSEC3 of *.w.example",
      "r53bq7cc2uvmubfu5ocmm6pers9tk9en.example. NSEC3 1 1 12 aabbccdd (\n t644ebqk9bibcna8"
      "74givr6joj62mlhv MX RRSIG )\n",
      50, 1, "0101000c04aabbccdd14e988472f544ae4b65d4839212fecd3c4cc2b563f0006000100000002" },
    { "RFC 5155 appendix A: NSEC3 of xx.example",
      "t644ebqk9bibcna874givr6joj62mlhv.example. NSEC3 1 1 12 aabbccdd (\n 0p9mhaveqvm6t7vb"
      "l5lop2u3t2rp3tom HINFO A AAAA\n RRSIG )\n",
      50, 1, "0101000c04aabbccdd14065368abeed7ec6e9feba96b8c8bc3e8b791f7160006400400080002" },
    { "RFC 5155 appendix A: DS",
      "a.example. DS 58470 5 1 (\n 3079F1593EBAD6DC121E202A8B766A6A4837206C )\n", 43, 1,
      "e46605013079f1593ebad6dc121e202a8b766a6a4837206c" },
    { "RFC 5155 appendix A: RRSIG of DS",
      "a.example. RRSIG DS 7 2 3600 20150420235959 20051021000000 (\n 40430 example.\n XacF"
      "cQVHLVzdoc45EJhN616zQ4mEXtE8FzUh\n M2KWjfy1VfRKD9r1MeVGwwoukOKgJxBPFsWo\n o722vZ4UZ2"
      "dIdA== )\n",
      46, 1,
      "002b070200000e10553592ff43582f809dee076578616d706c65005da7057105472d5cdda1ce3910984d"
      "eb5eb34389845ed13c1735213362968dfcb555f44a0fdaf531e546c30a2e90e2a027104f16c5a8a3bdb6"
      "bd9e1467674874" },
    { "RFC 5155 appendix A: HINFO", "ai.example. HINFO \"KLH-10\" \"ITS\"\n", 13, 1,
      "064b4c482d313003495453" },
    { "RFC 5155 appendix A: AAAA", "ai.example. AAAA 2001:db8:0:0:0:0:f00:baa9\n", 28, 1,
      "20010db800000000000000000f00baa9" },
    { "RFC 5702 section 6.1: DNSKEY",
      "example.net. 3600 IN DNSKEY (256 3 8 AwEAAcFcGsaxxdgiuuGmCkVI\n my4h99CqT7jwY3pexPGc"
      "nUFtR2Fh36BponcwtkZ4cAgtvd4Qs8P\n kxUdp6p/DlUmObdk= )\n",
      48, 1,
      "0100030803010001c15c1ac6b1c5d822bae1a60a45489b2e21f7d0aa4fb8f0637a5ec4f19c9d416d4761"
      "61dfa069a27730b6467870082dbdde10b3c3e4c54769ea9fc395498e6dd9" },
    { "RFC 5702 section 6.1: RRSIG",
      "www.example.net. 3600 IN RRSIG (A 8 3 3600 20300101000000\n 20000101000000 9033 exam"
      "ple.net. kRCOH6u7l0QGy9qpC9\n l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEa\n "
      "cFYK/lPtPiVYP4bwg==)\n",
      46, 1,
      "0001080300000e1070dbd880386d43802349076578616d706c65036e65740091108e1fabbb974406cbda"
      "a90bd975b0b9dc25c38a14b27b1a18943a26eee2d798a79544f519dcae24a164dcfce66c2532034469c1"
      "582bf94fb4f89560fe1bc2" },
    { "RFC 5702 section 6.2: DNSKEY",
      "example.net. 3600 IN DNSKEY (256 3 10 AwEAAdHoNTOW+et86KuJOWRD\n p1pndvwb6Y83nSVXXyL"
      "A3DLroROUkN6X0O6pnWnjJQujX/AyhqFD\n xj13tOnD9u/1kTg7cV6rklMrZDtJCQ5PCl/D7QNPsgVsMu1J"
      "2Q8g\n pMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncorffcGmhOL\n )\n",
      48, 1,
      "0100030a03010001d1e8353396f9eb7ce8ab89396443a75a6776fc1be98f379d25575f22c0dc32eba113"
      "9490de97d0eea99d69e3250ba35ff03286a143c63d77b4e9c3f6eff591383b715eab92532b643b49090e"
      "4f0a5fc3ed034fb2056c32ed49d90f20a4ca73b4d14ba4f073d5b5978c3b5a47b6500656773c5635d994"
      "d29dca2b7df7069a138b" },
    { "RFC 5702 section 6.2: RRSIG",
      "www.example.net. 3600 IN RRSIG (A 10 3 3600 20300101000000\n 20000101000000 3740 exa"
      "mple.net. tsb4wnjRUDnB1BUi+t\n 6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRa\n"
      " eUw1ep94PzEWzr0iGYgZBWm/zpq+9fOuagYJRfDqfReKBzMweOL\n DiNa8iP5g9vMhpuv6OPlvpXwm9Sa9"
      "ZXIbNl1MBGk0fthPgxdDLw\n =)\n",
      46, 1,
      "00010a0300000e1070dbd880386d43800e9c076578616d706c65036e657400b6c6f8c278d15039c1d415"
      "22fade933135d38635671be782916aa3bef8e1cd02f5774611a0e7b409bc6b54361dd310edb2e25169e5"
      "30d5ea7de0fcc45b3af48866206415a6ff3a6afbd7ceb9a8182517c3a9f45e281cccc1e38b0e235af223"
      "f983dbcc869bafe8e3e5be95f09bd49af595c86cd9753011a4d1fb613e0c5d0cbc" },
    { "RFC 5933 section 2.2: DNSKEY",
      "example.net. 86400 IN DNSKEY 256 3 12 (\n aRS/DcPWGQj2wVJydT8EcAVoC0kXn5pDVm2I\n MvD"
      "DPXeD32dsSKcmq8KNVzigjL4OXZTV+t/6\n w4X1gpNrZiC01g==\n )\n",
      48, 1,
      "0100030c6914bf0dc3d61908f6c15272753f047005680b49179f9a43566d8832f0c33d7783df676c48a7"
      "26abc28d5738a08cbe0e5d94d5fadffac385f582936b6620b4d6" },
    { "RFC 5933 section 3.1: RRSIG",
      "www.example.net. 3600 IN RRSIG A 12 3 3600 20300101000000 (\n 20000101000000 59732 e"
      "xample.net.\n 7vzzz6iLOmvtjs5FjVjSHT8XnRKFY15ki6Kp\n kNPkUnS8iIns0Kv4APT+D9ibmHhGri6"
      "Sfbyy\n zi67+wBbbW/jrA== )\n",
      46, 1,
      "00010c0300000e1070dbd880386d4380e954076578616d706c65036e657400eefcf3cfa88b3a6bed8ece"
      "458d58d21d3f179d1285635e648ba2a990d3e45274bc8889ecd0abf800f4fe0fd89b987846ae2e927dbc"
      "b2ce2ebbfb005b6d6fe3ac" },
    { "RFC 5933 section 4.1: DNSKEY",
      "example.net. 86400 DNSKEY 257 3 12 (\n LMgXRHzSbIJGn6i16K+sDjaDf/k1o9DbxScO\n gEYqYS"
      "/rlh2Mf+BRAY3QHPbwoPh2fkDKBroF\n SRGR7ZYcx+YIQw==\n )\n",
      48, 1,
      "0101030c2cc817447cd26c82469fa8b5e8afac0e36837ff935a3d0dbc5270e80462a612feb961d8c7fe0"
      "51018dd01cf6f0a0f8767e40ca06ba05491191ed961cc7e60843" },
    { "RFC 5933 section 4.1: DS",
      "example.net. 3600 IN DS 40692 12 3 (\n 22261A8B0E0D799183E35E24E2AD6BB58533CBA7E3B14"
      "D659E9CA09B\n 2071398F )\n",
      43, 1, "9ef40c0322261a8b0e0d799183e35e24e2ad6bb58533cba7e3b14d659e9ca09b2071398f" },
    { "RFC 6605 section 6.1: DNSKEY",
      "example.net. 3600 IN DNSKEY 257 3 13 (\n GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6ed"
      "b\n krSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA== )\n",
      48, 1,
      "0101030d1a88c88615d437fbb8bf9e1942a1929f28562706ae6c2bd399e7b1bfb6d1e9e75b92b4aa4291"
      "7ae1c61b701ef035c3fe7be3009cbafe5a2f71316c902dcf0d00" },
    { "RFC 6605 section 6.1: DS",
      "example.net. 3600 IN DS 55648 13 2 (\n b4c8c1fe2e7477127b27115656ad6256f424625bf5c1"
      "\n e2770ce6d6e37df61d17 )\n",
      43, 1, "d9600d02b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17" },
    { "RFC 6605 section 6.1: RRSIG",
      "www.example.net. 3600 IN RRSIG A 13 3 3600 (\n 20100909100439 20100812100439 55648 e"
      "xample.net.\n qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXA\n yGmt+3SNruPFKG7tZoLBLlU"
      "zGGus7ZwmwWep666VCw== )\n",
      46, 1,
      "00010d0300000e104c88b1374c63c737d960076578616d706c65036e657400ab1eb02d8aa687e97da022"
      "9337aa8873e6f0eb26be289f28333d183f5d3b7a95c0c869adfb748daee3c5286eed6682c12e5533186b"
      "aced9c26c167a9ebae950b" },
    { "RFC 6605 section 6.2: DNSKEY",
      "example.net. 3600 IN DNSKEY 257 3 14 (\n xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum"
      "1\n w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8\n /uX45NBwY8rp65F6Glur8I/mlVNgF6W/q"
      "TI37m40 )\n",
      48, 1,
      "0101030ec4a61a36159d18e7c9fa73eb2fcfdaae4c1fd8463730327e484aca8af0554ae9b5c3f7a0b17b"
      "d2003b4d261c9e9b94423a9810e8af17d43452124adb610f8e07ebfcfee5f8e4d07063cae9eb917a1a5b"
      "abf08fe695536017a5bfa93237ee6e34" },
    { "RFC 6605 section 6.2: DS",
      "example.net. 3600 IN DS 10771 14 4 (\n 72d7b62976ce06438e9c0bf319013cf801f09ecc84b8"
      "\n d7e9495f27e305c6a9b0563a9b5f4d288405c3008a94\n 6df983d6 )\n",
      43, 1,
      "2a130e0472d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f4d28"
      "8405c3008a946df983d6" },
    { "RFC 6605 section 6.2: RRSIG",
      "www.example.net. 3600 IN RRSIG A 14 3 3600 (\n 20100909102025 20100812102025 10771 e"
      "xample.net.\n /L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP\n 95hxQouuroGCeZOvzFaxsT8"
      "Glr74hbavRKayJNuydCuz\n WTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm )\n",
      46, 1,
      "00010e0300000e104c88b4e94c63cae92a13076578616d706c65036e657400fcbe610ca22f183c88d5f7"
      "00457df3eb9aab98fb15cfbdd00f532be4212a3a22cff79871428baeae81827993afcc56b1b13f0696be"
      "f885b6af44a6b224dbb2742bb35934923ddcfbc27a972f96dd709ceeb1d9c8d1148c44ec71c068a959c2"
      "66" },
    { "RFC 6698 section 2.3: TLSA 0 0 1",
      "_443._tcp.www.example.com. IN TLSA (\n 0 0 1 d2abde240d7cd3ee6b4b28c54df034b9\n 7983"
      "a1d16e8a410e4561cb106618e971 )\n",
      52, 1, "000001d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971" },
    { "RFC 6698 section 2.3: TLSA 1 1 2",
      "_443._tcp.www.example.com. IN TLSA (\n 1 1 2 92003ba34942dc74152e2f2c408d29ec\n a5a5"
      "20e7f2e06bb944f4dca346baf63c\n 1b177615d466f6c4b71c216a50292bd5\n 8c9ebdd2f74e38fe51"
      "ffd48c43326cbc )\n",
      52, 1,
      "01010292003ba34942dc74152e2f2c408d29eca5a520e7f2e06bb944f4dca346baf63c1b177615d466f6"
      "c4b71c216a50292bd58c9ebdd2f74e38fe51ffd48c43326cbc" },
    { "RFC 8080 section 6.1: DNSKEY",
      "example.com. 3600 IN DNSKEY 257 3 15 (\n l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4"
      "= )\n",
      48, 1, "0101030f974d96a22d224bc01adb915091477d44ccd91c9a41a11430010117d52c59240e" },
    { "RFC 8080 section 6.1: DS",
      "example.com. 3600 IN DS 3613 15 2 (\n 3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1"
      "964ab55c78e79\n a304b )\n",
      43, 1, "0e1d0f023aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b" },
    { "RFC 8080 section 6.1: RRSIG, with its algorithm, which the text leaves out",
      "example.com. 3600 IN RRSIG MX 15 3 3600 (\n 1440021600 1438207200 3613 example.com."
      "\n Edk+IB9KNNWg0HAjm7FazXyrd5m3Rk8zNZbvNpAcM+eysqcUOMIjWoevFkj\n H5GaMWeG96GUVZu6ECK"
      "OQmemHDg== )\n",
      46, 1,
      "000f0f0300000e1055d4fc6055b94ce00e1d076578616d706c6503636f6d0011d93e201f4a34d5a0d070"
      "239bb15acd7cab7799b7464f333596ef36901c33e7b2b2a71438c2235a87af1648c7e4668c59e1bde865"
      "1566ee8408a39099e9870e" },
    { "RFC 8080 section 6.1: the second DNSKEY",
      "example.com. 3600 IN DNSKEY 257 3 15 (\n zPnZ/QwEe7S8C5SPz2OfS5RR40ATk2/rYnE9xHIEijs"
      "= )\n",
      48, 1, "0101030fccf9d9fd0c047bb4bc0b948fcf639f4b9451e34013936feb62713dc472048a3b" },
    { "RFC 8080 section 6.1: the second DS",
      "example.com. 3600 IN DS 35217 15 2 (\n 401781b934e392de492ec77ae2e15d70f6575a1c0bc59"
      "c5275c04ebe80c\n 6614c )\n",
      43, 1, "89910f02401781b934e392de492ec77ae2e15d70f6575a1c0bc59c5275c04ebe80c6614c" },
    { "RFC 8080 section 6.1: the second RRSIG, with its algorithm, which the text leaves out",
      "example.com. 3600 IN RRSIG MX 15 3 3600 (\n 1440021600 1438207200 35217 example.com."
      "\n 5LL2obmzdqjWI+Xto5eP5adXt/T5tMhasWvwcyW4L3SzfcRawOle9bodhC+\n oip9ayUGjY9T/rL4rN3"
      "bOuESGDA== )\n",
      46, 1,
      "000f0f0300000e1055d4fc6055b94ce08991076578616d706c6503636f6d00e4b2f6a1b9b376a8d623e5"
      "eda3978fe5a757b7f4f9b4c85ab16bf07325b82f74b37dc45ac0e95ef5ba1d842fa88a9f5ac941a363d4"
      "ffacbe2b3776ceb844860c" },
    { "RFC 8080 section 6.2: DNSKEY",
      "example.com. 3600 IN DNSKEY 257 3 16 (\n 3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTP"
      "hpj/OiBVHHSfPodx\n 1FYYUcJKm1MDpJtIA )\n",
      48, 1,
      "01010310de481139a0e3ae1d07da2ba2c5606b73c8361290412c2746cc79a7f86d8ca533e1a63fce8815"
      "471d27cfa1dc751586147092a6d4c0e926d200" },
    { "RFC 8080 section 6.2: DS",
      "example.com. 3600 IN DS 9713 16 2 (\n 6ccf18d5bc5d7fc2fceb1d59d17321402f2aa8d368048d"
      "b93dd811f5cb2\n b19c7 )\n",
      43, 1, "25f110026ccf18d5bc5d7fc2fceb1d59d17321402f2aa8d368048db93dd811f5cb2b19c7" },
    { "RFC 8080 section 6.2: RRSIG, with its algorithm, which the text leaves out",
      "example.com. 3600 IN RRSIG MX 16 3 3600 (\n 1440021600 1438207200 9713 example.com."
      "\n Nmc0rgGKpr3GKYXcB1JmqqS4NYwhmechvJTqVzt3jR+Qy/lSLFoIk1L+9e3\n 9GPL+5tVzDPN3f9kAwi"
      "u8KCuPPjtl227ayaCZtRKZuJax7n9NuYlZJIusX0\n SOIOKBGzG+yWYtz1/jjbzl5GGkWvREUCUA )\n",
      46, 1,
      "000f100300000e1055d4fc6055b94ce025f1076578616d706c6503636f6d00366734ae018aa6bdc62985"
      "dc075266aaa4b8358c2199e721bc94ea573b778d1f90cbf9522c5a089352fef5edfd18f2fee6d5730cf3"
      "777fd900c22bbc282b8f3e3b65db6edac9a099b51299b896b1ee7f4db98959248bac5f448e20e2811b31"
      "bec9662dcf5fe38dbce5e461a45af444502500" },
    { "RFC 8080 section 6.2: the second DNSKEY",
      "example.com. 3600 IN DNSKEY 257 3 16 (\n kkreGWoccSDmUBGAe7+zsbG6ZAFQp+syPmYUurBRQc3"
      "tDjeMCJcVMRDmgcN\n Lp5HlHAMy12VoISsA )\n",
      48, 1,
      "01010310924ade196a1c7120e65011807bbfb3b1b1ba640150a7eb323e6614bab05141cded0e378c0897"
      "153110e681c34ba791e51c0332d76568212b00" },
    { "RFC 8080 section 6.2: the second DS",
      "example.com. 3600 IN DS 38353 16 2 (\n 645ff078b3568f5852b70cb60e8e696cc77b75bfaaffc"
      "118cf79cbda1ba\n 28af4 )\n",
      43, 1, "95d11002645ff078b3568f5852b70cb60e8e696cc77b75bfaaffc118cf79cbda1ba28af4" },
    { "RFC 8080 section 6.2: the second RRSIG, with its algorithm, which the text leaves out",
      "example.com. 3600 IN RRSIG MX 16 3 3600 (\n 1440021600 1438207200 38353 example.com."
      "\n +JjANio/LIzp7osmMYE5XD3H/YES8kXs5Vb9H8MjPS8OAGZMD37+LsCIcjg\n 5ivt0d4Om/UaqETEAsJ"
      "jaYe56CEQP5lhRWuD2ivBqE0zfwJTyp4WqvpULbp\n vaukswvv/WNEFxzEYQEIm9+xDlXj4pMAMA )\n",
      46, 1,
      "000f100300000e1055d4fc6055b94ce095d1076578616d706c6503636f6d00f898c0362a3f2c8ce9ee8b"
      "263181395c3dc7fd8112f245ece556fd1fc3233d2f0e00664c0f7efe2ec0887238398afb747783a6fd46"
      "aa113100b098da61ee7a08440fe658515ae0f68af06a134cdfc094f2a785aabe950b6e9bdaba4b30beff"
      "d6344171cc46101089bdfb10e55e3e29300300" },
    { "RFC 8976 appendix A.1: SHA-384 of a simple zone",
      "example. 86400 IN ZONEMD 2018031900 1 1 (\n c68090d90a7aed71\n 6bc459f9340e3d7c\n 13"
      "70d4d24b7e2fc3\n a1ddc0b9a87153b9\n a9713b3c9ae5cc27\n 777f98b8e730044c )\n",
      63, 1,
      "7848b91c0101c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c"
      "9ae5cc27777f98b8e730044c" },
    { "RFC 8976 appendix A.2: of a complex zone",
      "example. 86400 IN ZONEMD 2018031900 1 1 (\n a3b69bad980a3504\n e1cffcb0fd6397f9\n 38"
      "48071c93151f55\n 2ae2f6b1711d4bd2\n d8b39808226d7b9d\n b71e34b72077f8fe )\n",
      63, 1,
      "7848b91c0101a3b69bad980a3504e1cffcb0fd6397f93848071c93151f552ae2f6b1711d4bd2d8b39808"
      "226d7b9db71e34b72077f8fe" },
    { "RFC 8976 appendix A.3: SHA-384 of several",
      "example. 86400 IN ZONEMD 2018031900 1 1 (\n 62e6cf51b02e54b9\n b5f967d547ce4313\n 67"
      "92901f9f88e637\n 493daaf401c92c27\n 9dd10f0edb1c56f8\n 080211f8480ee306 )\n",
      63, 1,
      "7848b91c010162e6cf51b02e54b9b5f967d547ce43136792901f9f88e637493daaf401c92c279dd10f0e"
      "db1c56f8080211f8480ee306" },
    { "RFC 8976 appendix A.3: SHA-512 of several",
      "example. 86400 IN ZONEMD 2018031900 1 2 (\n 08cfa1115c7b948c\n 4163a901270395ea\n 22"
      "6a930cd2cbcf2f\n a9a5e6eb85f37c8a\n 4e114d884e66f176\n eab121cb02db7d65\n 2e0cc4827e"
      "7a3204\n f166b47e5613fd27 )\n",
      63, 1,
      "7848b91c010208cfa1115c7b948c4163a901270395ea226a930cd2cbcf2fa9a5e6eb85f37c8a4e114d88"
      "4e66f176eab121cb02db7d652e0cc4827e7a3204f166b47e5613fd27" },
    { "RFC 8976 appendix A.3: a private algorithm",
      "example. 86400 IN ZONEMD 2018031900 1 240 (\n e2d523f654b9422a\n 96c5a8f44607bbee )"
      "\n",
      63, 1, "7848b91c01f0e2d523f654b9422a96c5a8f44607bbee" },
    { "RFC 8976 appendix A.2: of a name inside, which is not used",
      "non-apex.example. 900 IN ZONEMD 2018031900 1 1 (\n 616c6c6f77656420\n 6275742069676e"
      "6f\n 7265642e20616c6c\n 6f77656420627574\n 2069676e6f726564\n 2e20616c6c6f7765 )\n",
      63, 1,
      "7848b91c0101616c6c6f776564206275742069676e6f7265642e20616c6c6f776564206275742069676e"
      "6f7265642e20616c6c6f7765" },
    { "RFC 8976 appendix A.3: a private scheme",
      "example. 86400 IN ZONEMD 2018031900 241 1 (\n e1846540e33a9e41\n 89792d18d5d131f6\n "
      "05fc283e )\n",
      63, 1, "7848b91cf101e1846540e33a9e4189792d18d5d131f605fc283e" },
    { "RFC 8976 appendix A.4: of URI.ARPA",
      "uri.arpa. 3600 IN ZONEMD 2018100702 1 1 (\n 0dbc3c4dbfd75777c12ca19c337854b157779990"
      "1307c482e9d91d5d15\n cd934d16319d98e30c4201cf25a1d5a0254960 )\n",
      63, 1,
      "7849c5de01010dbc3c4dbfd75777c12ca19c337854b1577799901307c482e9d91d5d15cd934d16319d98"
      "e30c4201cf25a1d5a0254960" },
    { "RFC 8976 appendix A.5: of ROOT-SERVERS.NET",
      "root-servers.net. 3600000 IN ZONEMD 2018091100 1 1 (\n f1ca0ccd91bd5573d9f431c00ee01"
      "01b2545c97602be0a97\n 8a3b11dbfc1c776d5b3e86ae3d973d6b5349ba7f04340f79 )\n",
      63, 1,
      "7849a05c0101f1ca0ccd91bd5573d9f431c00ee0101b2545c97602be0a978a3b11dbfc1c776d5b3e86ae"
      "3d973d6b5349ba7f04340f79" },
    { "RFC 9824 section 3.1: NSEC of a name that does not exist",
      "a.example.com. 300 IN NSEC \\000.a.example.com. RRSIG NSEC NXNAME\n", 47, 1,
      "01000161076578616d706c6503636f6d0000110000000000030000000000000000000080" },
    { "RFC 9824 section 4: NSEC3 of a name that does not exist",
      "H64KFA4P1ACER2EBPS9QSDK6DNP8B3JQ.example.com. IN NSEC3 1 0 0 - (\n H64KFA4P1ACER2EBP"
      "S9QSDK6DNP8B3JR NXNAME )\n",
      50, 1,
      "010000000014898947a8990a98ed89cbcf13ae36866df2858e7b00110000000000000000000000000000"
      "000080" },
};
