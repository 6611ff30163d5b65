using Temporalio.Converters;

namespace Orchestrator.Workflows.Messages;

/// <summary>Base of all workflows: messages wait until the state that they act on is there, and what was dropped is noted.</summary>
public abstract class MessageWorkflow : IHasMachine
{
    /// <summary>Failure type of a start, update or query that can't be read.</summary>
    public const string InvalidInput = "InvalidInput";

    /// <summary>Failure type of a command that is valid but can't be carried out.</summary>
    public const string InvalidCommand = "InvalidCommand";

    private readonly List<string> _waiting = [];

    /// <summary>The machine that does its activities.</summary>
    private protected ActivityMachine Machine { get; } = new();

    ActivityMachine IHasMachine.Machine => Machine;

    /// <summary>Signals and updates that this execution has received.</summary>
    private protected int MessagesTaken { get; private set; }

    private protected bool IsStateTakenUp { get; private set; }

    /// <summary>Signals that have no handler of their own, which the SDK would keep for ever.</summary>
    [WorkflowSignal(Dynamic = true, Description = "Commands are taken as signals, too; anything else is noted and dropped.")]
    public Task DropUnknownAsync(string name, IRawValue[] arguments)
    {
        var known = Workflow.Signals.Keys.Union(Workflow.Updates.Keys).Order(StringComparer.Ordinal);
        NoteDropped($"there is no signal {MessageFaults.Quote(name)}; it was dropped. Known are {string.Join(", ", known)}.");
        return Task.CompletedTask;
    }

    /// <summary>Records for people that a message was dropped, and why.</summary>
    internal abstract void NoteDropped(string note);

    /// <summary>The workflow fails for this reason; queries are answered all the same.</summary>
    internal virtual void EndsAsFailed(string reason) { }

    /// <summary>True if the state is there that a message acts on.</summary>
    internal virtual bool IsReadyFor(string message) => IsStateTakenUp;

    /// <summary>Messages are handled in the order in which they came.</summary>
    internal async Task UntilReadyAsync(string message)
    {
        if (!IsReadyFor(message))
        {
            _waiting.Add(message);
            await Workflow.WaitConditionAsync(() => IsReadyFor(message), CancellationToken.None);
            _waiting.Remove(message);
        }
        MessagesTaken++;
    }

    internal static ApplicationFailureException UnreadableStart(string fault) => Invalid($"The input can't be read. {fault}", InvalidInput);

    internal static ApplicationFailureException Invalid(string message, string type) => new(message, type, nonRetryable: true);

    /// <summary>Rejects a command that can't be carried out; null: it can.</summary>
    private protected static void Refuse(string? refusal)
    {
        if (refusal is not null)
        {
            throw Invalid(refusal, InvalidCommand);
        }
    }

    /// <summary>Lets messages act from now on.</summary>
    private protected void StateIsTakenUp() => IsStateTakenUp = true;

    /// <summary>Lets messages act from now on, those first that came with the start.</summary>
    private protected Task TakeUpStateAsync()
    {
        IsStateTakenUp = true;
        return _waiting.Exists(IsReadyFor)
            ? Workflow.WaitConditionAsync(() => !_waiting.Exists(IsReadyFor), CancellationToken.None)
            : Task.CompletedTask;
    }
}
