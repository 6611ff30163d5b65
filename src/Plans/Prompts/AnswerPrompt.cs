namespace Orchestrator.Plans;

/// <summary>Prompts that ask a model for an answer again: a plan, or a review. Pure.</summary>
public static class AnswerPrompt
{
    /// <summary>In the same conversation: only what is new.</summary>
    /// <param name="problems">Faults of its last answer, as Markdown; empty: there was none.</param>
    /// <param name="guidance">What a person adds; empty for nothing.</param>
    public static string GoOn(string problems, string guidance) =>
        (
            problems.Length > 0
                ? "Your answer was checked and can't be used as it is. Repair the following and answer with the whole of it again:\n\n"
                    + $"{problems.Trim()}\n"
                : "You were interrupted before your answer was there. Answer now.\n"
        ) + (guidance.Length > 0 ? $"\nA person adds: {guidance}\n" : "");

    /// <summary>In a new conversation: the whole prompt, followed by what is new.</summary>
    /// <param name="prompt">The prompt of the first time.</param>
    /// <param name="problems">As in <see cref="GoOn"/>.</param>
    /// <param name="guidance">As in <see cref="GoOn"/>.</param>
    public static string Again(string prompt, string problems, string guidance) =>
        prompt
        + (
            problems.Length > 0
                ? $"\n# An earlier answer\n\nAn earlier answer had these faults; make none of them:\n\n{problems.Trim()}\n"
                : ""
        )
        + (guidance.Length > 0 ? $"\n# Guidance\n\nA person adds: {guidance}\n" : "");
}
