using System.Globalization;

namespace Orchestrator.Messages;

/// <summary>The model that an agent used in an attempt at a task.</summary>
/// <param name="Model">Name of the model with the most tokens, as the agent program reported it.</param>
/// <param name="Attempt">Number of the attempt, starting at 1.</param>
public sealed record AttemptLanguageModel(int Attempt, string Model)
{
    /// <summary>Formats the model with its attempt for display.</summary>
    public override string ToString() => $"{Model} (attempt {Attempt.ToString(CultureInfo.InvariantCulture)})";
}
