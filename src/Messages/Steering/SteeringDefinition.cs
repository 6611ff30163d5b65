namespace Orchestrator.Messages;

/// <summary>The subjects that a steering command accepts.</summary>
[Flags]
public enum SteeringTargets
{
    /// <summary>The command has no target.</summary>
    None = 0,

    /// <summary>The command is about a run.</summary>
    Run = 1,

    /// <summary>A task of a run.</summary>
    Task = 2,

    /// <summary>A question of a run: <c>plan</c>, or the id of a task.</summary>
    Question = 4,
}

/// <summary>A steering command. The client, the command line, the API and the page derive their parts from it.</summary>
/// <param name="Name">The verb of the command line and the last part of the API's path, such as <c>land-merged</c>.</param>
/// <param name="Targets">The subjects.</param>
/// <param name="Summary">The effect, as an imperative.</param>
/// <param name="Call">Builds the call from the arguments and the run's status before it.</param>
public sealed record SteeringDefinition(
    string Name,
    SteeringTargets Targets,
    string Summary,
    Func<SteeringInput, RunStatus, SteeringCall> Call
)
{
    /// <summary>The arguments beside the target.</summary>
    public IReadOnlyList<SteeringArgument> Arguments { get; init; } = [];

    /// <summary>True if the command moves the target branch, which needs a decision about lost changes. A call that withdraws the run
    /// lands nothing.</summary>
    public bool Lands { get; init; }

    /// <summary>True if the command applies to runs that have ended, too.</summary>
    public bool AcceptsEnded { get; init; }

    /// <summary>True if a run that no worker serves continues after the command.</summary>
    public bool Continues { get; init; } = true;

    /// <summary>Ids of the questions that the command answers, the most likely one first.</summary>
    public Func<SteeringInput, IReadOnlyList<string>> Questions { get; init; } = _ => [];

    /// <summary>Names the first missing or invalid argument, with the cure; null if all are valid.</summary>
    /// <param name="input">The arguments.</param>
    public (string Fault, string Cure)? FaultOf(SteeringInput input)
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
                return ($"'{value}' is not a value of {argument.Name}.", $"Known are {string.Join(", ", argument.Values)}.");
            }
            if (argument.Check(value, input) is { } fault)
            {
                return (fault, argument.Cure);
            }
        }
        return null;
    }
}
