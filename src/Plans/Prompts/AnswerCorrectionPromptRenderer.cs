namespace Orchestrator.Plans;

/// <summary>Creates prompts that request a corrected plan or review from a model.</summary>
public static class AnswerCorrectionPromptRenderer
{
    /// <summary>
    /// Creates a prompt that continues the same conversation. It contains only the problems in the last answer and the user's guidance.
    /// </summary>
    /// <param name="problems">Faults of the last answer as Markdown; empty if the model did not answer.</param>
    /// <param name="guidance">Guidance from the user; empty if there is none.</param>
    public static string RenderContinuation(string problems, string guidance) =>
        (
            problems.Length > 0
                ? "Your answer was checked and can't be used. Correct the following faults, and give the complete answer again:\n\n"
                    + $"{problems.Trim()}\n"
                : "You were interrupted before you answered. Answer now.\n"
        ) + (guidance.Length > 0 ? $"\nThe user adds: {guidance}\n" : "");

    /// <summary>
    /// Creates the prompt for a new conversation, which is the original prompt followed by the problems in the last answer and the user's
    /// guidance.
    /// </summary>
    /// <param name="prompt">Prompt of the original conversation.</param>
    /// <param name="problems">Same as in <see cref="RenderContinuation"/>.</param>
    /// <param name="guidance">Same as in <see cref="RenderContinuation"/>.</param>
    public static string RenderNewConversation(string prompt, string problems, string guidance) =>
        prompt
        + (problems.Length > 0 ? $"\n# An earlier answer\n\nAn earlier answer had these faults; avoid them:\n\n{problems.Trim()}\n" : "")
        + (guidance.Length > 0 ? $"\n# Guidance\n\nThe user adds: {guidance}\n" : "");
}
