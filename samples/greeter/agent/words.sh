echo "writing words.txt"
printf 'de\tHallo\tTschuess\nen\tHello\tGoodbye\nfr\tBonjour\tAu revoir\nit\tCiao\tArrivederci\n' > words.txt
