using Orchestrator.App.Access;

namespace Orchestrator.App.Steering;

/// <summary>Signs users' commands with the user's key on this machine.</summary>
public static class CommandSigning
{
    /// <summary>Returns a signed command. If the key can't be used, warns and returns the command without a signature.</summary>
    /// <param name="context">Provides the key, the clock and user interaction.</param>
    /// <param name="runId">Id of the run that receives the command.</param>
    /// <param name="name">Wire name of the command (<see cref="MessageNames"/>).</param>
    /// <param name="command">The command.</param>
    public static T Sign<T>(this UseCaseContext context, string runId, string name, T command)
        where T : UserCommand
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(context.Time.GetUtcNow().ToUnixTimeSeconds());
        try
        {
            var content = SignedContent.Of(runId, name, command, command.By, at);
            var (fingerprint, value) = ApprovalKey.Of(context.Environment).Sign(content);
            return command with { Signature = new CommandSignature(fingerprint, command.By, at, value) };
        }
        catch (IOException unusable)
        {
            context.Interaction.Warn($"The command is not signed. {unusable.Message}");
            return command;
        }
    }

    /// <summary>Returns the steering message with its command signed.</summary>
    /// <param name="context">Provides the key, the clock and user interaction.</param>
    /// <param name="runId">Id of the run that receives the command.</param>
    /// <param name="call">The call.</param>
    public static SteeringMessage Sign(this UseCaseContext context, string runId, SteeringMessage call) =>
        call.Message is UserCommand command ? call with { Message = context.Sign(runId, call.Name, command) } : call;
}
