using Orchestrator.Client;
using Orchestrator.Messages;

namespace Orchestrator.Cli.Runs;

/// <summary>A command to a run.</summary>
/// <param name="Update">As a call that is answered.</param>
/// <param name="Signal">Its name as a signal.</param>
/// <param name="Arguments">Its arguments as a signal.</param>
internal sealed record SteeringCall(
    Func<RunHandle, CancellationToken, Task<SteeringAnswer>> Update,
    string Signal,
    params IReadOnlyCollection<object?> Arguments
)
{
    /// <summary>
    /// Where nobody works on the run, this process does until the command is carried out: it brings the run to a rest. True of the state
    /// that it was to bring about. Null: who gave the command is asked whether the run goes on now.
    /// </summary>
    public Func<RunStatus, bool>? ComesToRest { get; init; }

    /// <summary>Where nobody works on the run, this process goes on with it at once, or one in the background.</summary>
    public bool GoesOn { get; init; }

    /// <summary>The exit code where the run answers that nothing was changed.</summary>
    public int UnchangedCode { get; init; } = ExitCodes.Done;

    /// <summary>Why it can't be followed, by the run's record; null: it can, or the run itself says.</summary>
    public Func<RunStatus, string?>? Refuse { get; init; }
}
