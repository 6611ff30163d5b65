using Orchestrator.Cli.Console;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class MarkdownRendererTests
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
            MarkdownRenderer.Of(markdown, 32).Select(line => line.Text)
        );
    }

    [Fact]
    public void Of_Heading_IsStrong()
    {
        Assert.Equal(TextTone.Strong, Assert.Single(MarkdownRenderer.Of("# Head", 80)).Tone);
        Assert.Equal(TextTone.Plain, Assert.Single(MarkdownRenderer.Of("Words", 80)).Tone);
    }
}
