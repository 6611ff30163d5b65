namespace Orchestrator.Dashboard.Source;

/// <summary>Prepares command lines that change a run for the server. A run on which nobody works continues in the background, since nobody
/// waits at a terminal.</summary>
internal static class SteeringWords
{
    private const string Detach = "--detach";
    private static readonly string[] GoOn = ["approve", "reject", "retry", "skip", "resolve", "resume", "cancel", "pause", "budget"];

    /// <summary>Adds <c>--detach</c> if the command supports it.</summary>
    /// <param name="words">Command with its options, then <c>--</c> and the arguments.</param>
    public static IReadOnlyList<string> InBackground(IReadOnlyList<string> words)
    {
        // A single task can't be resumed detached.
        var isKnown =
            GoOn.Contains(words[0], StringComparer.Ordinal) && !(words[0] == "resume" && words[^1].Contains('/', StringComparison.Ordinal));
        return isKnown && !words.Contains(Detach)
            ? [.. words.TakeWhile(word => word != "--"), Detach, .. words.SkipWhile(word => word != "--")]
            : words;
    }
}
