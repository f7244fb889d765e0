package notificationcenter

import (
	"fmt"
	"slices"
)

// mostCategories is how many sets of buttons are kept: more than there are messages on
// anybody's screen.
const mostCategories = 32

// category is a set of buttons. The center knows them before the messages that have them,
// and messages name theirs.
type category struct {
	Identifier string   `json:"identifier"`
	Labels     []string `json:"labels"`
}

// categories are those in use, the latest last.
type categories []category

// use returns the identifier of the category with these labels; without labels there is none.
func (c *categories) use(labels []string) string {
	if len(labels) == 0 {
		return ""
	}
	identifier := fmt.Sprintf("%q", labels)
	*c = slices.DeleteFunc(*c, func(known category) bool { return known.Identifier == identifier })
	*c = append(*c, category{identifier, labels})
	*c = (*c)[max(0, len(*c)-mostCategories):]
	return identifier
}
