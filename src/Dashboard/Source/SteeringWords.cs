namespace Orchestrator.Dashboard.Source;

/// <summary>Command lines that change a run, as a server gives them: where nobody works on the run it goes on in the background, since
/// nobody waits at a terminal.</summary>
internal static class SteeringWords
{
    private const string Detach = "--detach";
    private static readonly string[] GoOn = ["approve", "reject", "retry", "skip", "resolve", "resume", "cancel", "pause", "budget"];

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
}
