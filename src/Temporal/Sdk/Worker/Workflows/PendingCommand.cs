using Google.Protobuf;
using Temporalio.Api.Command.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Protocol.V1;

namespace Temporalio.Worker.Workflows;

/// <summary>A command that workflow code has issued and that history does not show yet.</summary>
/// <param name="proto">The command.</param>
/// <param name="recorded">Told the event when history shows the command.</param>
internal sealed class PendingCommand(Command proto, Action<HistoryEvent>? recorded = null)
{
    public Command Proto { get; } = proto;

    /// <summary>For a command that gives a protocol message its place: the message.</summary>
    public Message? Message { get; init; }

    /// <summary>For a message about an update: what it says, in place of the message's packed body.</summary>
    public IMessage? MessageBody { get; init; }

    /// <summary>Cancelled before the task it was issued in ended: it is never sent.</summary>
    public bool Withdrawn { get; private set; }

    /// <summary>The task it was issued in has ended.</summary>
    public bool Sent { get; set; }

    /// <summary>Takes the command back if it is not sent yet.</summary>
    /// <returns>Whether it was taken back.</returns>
    public bool TryWithdraw() => !Sent && (Withdrawn = true);

    public void Recorded(HistoryEvent e) => recorded?.Invoke(e);
}
