using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests.Documentation;

/// <summary>
/// The part of a page that is made of the code: it stands between two marks. <c>scripts/docs</c> rewrites it; else it must be there
/// already.
/// </summary>
internal static class GeneratedPart
{
    private const string Begin = "<!-- generated: do not edit; scripts/docs writes it -->";
    private const string End = "<!-- end of what is generated -->";

    /// <summary>Compares what stands in a page with what the code says, or writes it.</summary>
    public static void Check(string file, string part)
    {
        var text = DocumentFiles.Read(file);
        var from = text.IndexOf(Begin, StringComparison.Ordinal);
        var to = text.IndexOf(End, StringComparison.Ordinal);
        Assert.True(from >= 0 && to > from, $"{file} has no place for what is generated: write the lines '{Begin}' and '{End}' into it.");
        var expected = $"{text[..from]}{Begin}\n\n{part.Trim()}\n\n{text[to..]}";
        if (Environment.GetEnvironmentVariable("APPROVE_DOCS") == "1")
        {
            File.WriteAllText(RepositoryFiles.Path(file), expected);
        }
        else if (text != expected)
        {
            var at = text.Zip(expected).TakeWhile(pair => pair.First == pair.Second).Count();
            Assert.Fail(
                $"{file} is not what the code says any more, from '{Excerpt(text, at)}'; the code says '{Excerpt(expected, at)}'. "
                    + "Run scripts/docs, and look at the difference."
            );
        }
    }

    private static string Excerpt(string text, int at) => text[Math.Max(0, at - 40)..Math.Min(text.Length, at + 80)];
}
