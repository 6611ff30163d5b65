namespace Orchestrator.Messages;

/// <summary>Kinds of targets that a steering command accepts.</summary>
[Flags]
public enum SteeringTargetKinds
{
    /// <summary>The command has no target.</summary>
    None = 0,

    /// <summary>The command applies to a run.</summary>
    Run = 1,

    /// <summary>The command applies to a task of a run.</summary>
    Task = 2,

    /// <summary>The command answers a question of a run. The question's id is <c>plan</c> or a task id.</summary>
    Question = 4,
}

/// <summary>
/// Definition of a steering command, from which the client, the command line, the API and the web page derive their support for it.
/// </summary>
/// <param name="Name">Name of the command, which is also the last part of its API path, such as <c>land-merged</c>.</param>
/// <param name="Targets">Kinds of targets that the command accepts.</param>
/// <param name="Summary">Effect of the command, as an imperative sentence.</param>
/// <param name="Call">Builds the call from the arguments and from the run's status before the command.</param>
public sealed record SteeringCommandDefinition(
    string Name,
    SteeringTargetKinds Targets,
    string Summary,
    Func<SteeringCommandUserInput, RunStatus, SteeringMessage> Call
)
{
    /// <summary>Arguments of the command, except its target.</summary>
    public IReadOnlyList<SteeringCommandParameter> Arguments { get; init; } = [];

    /// <summary>
    /// True if the command can move the target branch, in which case a user must first accept any lost changes. Ignored for calls that
    /// revert the landing.
    /// </summary>
    public bool Lands { get; init; }

    /// <summary>Returns true if the command also reverts the run's landing after the run has ended.</summary>
    public Func<SteeringCommandUserInput, bool> Withdraws { get; init; } = _ => false;

    /// <summary>True if the command is valid for runs that have ended.</summary>
    public bool AcceptsEnded { get; init; }

    /// <summary>True if the command also resumes a run that no worker is serving.</summary>
    public bool Continues { get; init; } = true;

    /// <summary>
    /// Wire name of the command if it is a decision for which a run may require a signature (<c>require_proof</c>); otherwise null.
    /// </summary>
    public string? Decision { get; init; }

    /// <summary>
    /// Example command lines. Each definition with examples is a command of its own on the command line. Definitions without examples are
    /// offered by other commands, such as <c>land</c>.
    /// </summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>Returns the ids of the questions that the command may answer, with the most likely question first.</summary>
    public Func<SteeringCommandUserInput, IReadOnlyList<string>> Questions { get; init; } = _ => [];

    /// <summary>
    /// Returns a message about the first missing or invalid argument, and advice on how to correct it. Null if all arguments are valid.
    /// </summary>
    /// <param name="input">Arguments given by the caller.</param>
    public (string Fault, string Cure)? FaultOf(SteeringCommandUserInput input)
    {
        foreach (var argument in Arguments)
        {
            var value = input.Text(argument.Name);
            if (value.Length == 0)
            {
                if (argument.IsRequired)
                {
                    return ($"'{Name}' needs {argument.Name}.", argument.Cure);
                }
                continue;
            }
            if (argument.Values.Count > 0 && !argument.Values.Contains(value, StringComparer.Ordinal))
            {
                return ($"'{value}' is not a valid value of {argument.Name}.", $"Valid values: {string.Join(", ", argument.Values)}.");
            }
            if (argument.Check(value, input) is { } fault)
            {
                return (fault, argument.Cure);
            }
        }
        return null;
    }
}
