namespace Orchestrator.Dashboard.Source;

/// <summary>Command lines that change a run, as a server gives them: where nobody works on the run it goes on in the background, since
/// nobody waits at a terminal.</summary>
internal static class SteeringWords
{
    private const string Detach = "--detach";
    private static readonly string[] GoOn = ["approve", "reject", "retry", "skip", "resolve", "resume", "cancel", "pause"];

    /// <summary>The words with <c>--detach</c> where the command knows it.</summary>
    /// <param name="words">A command with its options, then <c>--</c>, then what it is about.</param>
    public static IReadOnlyList<string> InBackground(IReadOnlyList<string> words)
    {
        // One task goes on by its run.
        var isKnown =
            GoOn.Contains(words[0], StringComparer.Ordinal) && !(words[0] == "resume" && words[^1].Contains('/', StringComparison.Ordinal));
        return isKnown && !words.Contains(Detach)
            ? [.. words.TakeWhile(word => word != "--"), Detach, .. words.SkipWhile(word => word != "--")]
            : words;
    }

    /// <summary>A way to answer as a command line: what it is about comes last, so that it is never taken for an option.</summary>
    /// <param name="way">The way.</param>
    /// <param name="text">What the person has written; null: nothing.</param>
    public static IReadOnlyList<string> Of(AnswerWay way, string? text)
    {
        var words = way.Words(text);
        var (options, arguments) = (new List<string>(), new List<string>());
        for (var i = 1; i < words.Count; i++)
        {
            if (words[i] is ['-', '-', ..] option && words[i] != way.Target)
            {
                // The text of an option may begin as options do.
                var hasText = i + 1 < words.Count;
                options.Add(hasText ? $"{option}={words[++i]}" : option);
            }
            else
            {
                arguments.Add(words[i]);
            }
        }
        return InBackground([words[0], .. options, "--", .. arguments]);
    }
}
