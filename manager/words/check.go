package words

// What check says of a services file that is in order.
var (
	CheckHeader      = text{"NAME\tCOMMAND\tLISTEN\tDEPENDS ON", "NAME\tBEFEHL\tLISTEN\tBRAUCHT"}
	CheckBuiltIn     = text{"(built in)", "(eingebaut)"}
	CheckOnlyWatched = text{"(only watched)", "(nur beobachtet)"}
	CheckExample     = text{"One of your own could be:", "Ein eigener könnte so aussehen:"}
	CheckOtherUsers  = text{
		"other_users: other users of this computer can use the built-in services",
		"other_users: andere Benutzer dieses Rechners können die eingebauten Dienste benutzen",
	}
)
