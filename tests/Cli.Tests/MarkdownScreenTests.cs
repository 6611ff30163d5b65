using Orchestrator.Cli.Console;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class MarkdownScreenTests
{
    [Fact]
    public void Of_Document_IsReadAsItIsMeant()
    {
        const string markdown = """
            # Run \<night\>

            The *first* task has `part.txt`,
            and [more](https://example.com).

            ## What needs you

            - one that is longer than the screen is wide
            - two

                orchestrate retry night/bad --guidance "a text that is longer"

            > quoted words

            | task | why |
            |---|---|
            | one | it failed for a long reason |
            """;

        Assert.Equal(
            [
                "Run <night>",
                "",
                "The first task has part.txt, and",
                "more (https://example.com).",
                "",
                "What needs you",
                "",
                "- one that is longer than the",
                "  screen is wide",
                "- two",
                "",
                "  orchestrate retry night/bad --guidance \"a text that is longer\"",
                "",
                "  │ quoted words",
                "",
                "task  why",
                "one   it failed for a long",
                "      reason",
            ],
            MarkdownScreen.Of(markdown, 32).Select(line => line.Text)
        );
    }

    [Fact]
    public void Of_Heading_IsStrong()
    {
        Assert.Equal(Tone.Strong, Assert.Single(MarkdownScreen.Of("# Head", 80)).Tone);
        Assert.Equal(Tone.Plain, Assert.Single(MarkdownScreen.Of("Words", 80)).Tone);
    }
}
