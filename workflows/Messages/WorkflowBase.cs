using System.Diagnostics.CodeAnalysis;
using Temporalio.Converters;

namespace Orchestrator.Workflows.Messages;

/// <summary>
/// Base class of all workflows. Delays messages until the state that they need is available, and records dropped messages.
/// </summary>
public abstract class WorkflowBase : IHasActivityRouting
{
    /// <summary>Failure type for an unreadable start, update or query.</summary>
    public const string InvalidInput = "InvalidInput";

    /// <summary>Failure type for a valid command that can't be carried out.</summary>
    public const string InvalidCommand = "InvalidCommand";

    private readonly List<string> _waiting = [];

    /// <summary>Routing of the workflow's activities.</summary>
    private protected ActivityRouting Machine { get; } = new();

    ActivityRouting IHasActivityRouting.Machine => Machine;

    /// <summary>Number of signals and updates that this execution has received.</summary>
    private protected int MessagesTaken { get; private set; }

    private protected bool IsStateTakenUp { get; private set; }

    /// <summary>Drops signals that have no handler. The SDK would buffer them without limit.</summary>
    [WorkflowSignal(Dynamic = true, Description = "Accepts commands as signals, too; drops and records all others.")]
    public Task DropUnknownAsync(string name, IRawValue[] arguments)
    {
        var known = Workflow.Signals.Keys.Union(Workflow.Updates.Keys).Order(StringComparer.Ordinal);
        NoteDropped(
            $"the signal {MessageValidationFaultCollector.Quote(name)} is unknown and was dropped. Known signals: "
                + $"{string.Join(", ", known)}."
        );
        return Task.CompletedTask;
    }

    /// <summary>Records a dropped message and the reason, for users.</summary>
    internal abstract void NoteDropped(string note);

    /// <summary>Called before the workflow fails for the given reason. The workflow still answers queries afterwards.</summary>
    internal virtual void EndsAsFailed(string reason) { }

    /// <summary>True if the state that a message needs is available.</summary>
    internal virtual bool IsReadyFor(string message) => IsStateTakenUp;

    /// <summary>Verifies the author of a command, and refuses a command whose author may not send it.</summary>
    /// <param name="name">Wire name of the command.</param>
    /// <param name="arguments">Arguments of the command.</param>
    /// <returns>Arguments in which the command names its verified author. Only a proven command keeps its signature.</returns>
    internal virtual object?[] Authenticate(string name, object?[] arguments) => arguments;

    /// <summary>
    /// True if the same signed command was delivered before, in which case <paramref name="answer"/> receives the earlier answer.
    /// </summary>
    internal virtual bool TryFindAnswer(object?[] arguments, [NotNullWhen(true)] out Task<object?>? answer)
    {
        answer = null;
        return false;
    }

    /// <summary>Remembers the answer to a signed command.</summary>
    internal virtual void StoreAnswer(object?[] arguments, Task<object?> answer) { }

    /// <summary>Waits until a message can be handled. Messages are handled in order of arrival.</summary>
    internal async Task WaitUntilReadyAsync(string message)
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

    /// <summary>Rejects a command with the given sentence. Does nothing if the sentence is null.</summary>
    private protected static void Refuse(string? refusal)
    {
        if (refusal is not null)
        {
            throw Invalid(refusal, InvalidCommand);
        }
    }

    /// <summary>Allows messages to be handled from now on.</summary>
    private protected void StateIsTakenUp() => IsStateTakenUp = true;

    /// <summary>Allows messages to be handled from now on. Messages that arrived together with the start are handled first.</summary>
    private protected Task AllowMessagesAsync()
    {
        IsStateTakenUp = true;
        return _waiting.Exists(IsReadyFor)
            ? Workflow.WaitConditionAsync(() => !_waiting.Exists(IsReadyFor), CancellationToken.None)
            : Task.CompletedTask;
    }
}
