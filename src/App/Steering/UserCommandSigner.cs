using Orchestrator.App.Access;

namespace Orchestrator.App.Steering;

/// <summary>Signs users' commands with the user's key on this machine.</summary>
public static class UserCommandSigner
{
    /// <summary>Returns a signed command. If the key can't be used, warns and returns the command without a signature.</summary>
    /// <param name="context">Provides the key, the clock and user interaction.</param>
    /// <param name="runId">Id of the run that receives the command.</param>
    /// <param name="name">Wire name of the command (<see cref="WorkflowMessageNames"/>).</param>
    /// <param name="command">The command.</param>
    public static T Sign<T>(this UseCaseServiceBundle context, string runId, string name, T command)
        where T : SteeringUpdateArguments
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(context.Time.GetUtcNow().ToUnixTimeSeconds());
        try
        {
            var content = SignedCommandContentBuilder.Of(runId, name, command, command.By, at);
            var (fingerprint, value) = DecisionSigningKey.Of(context.Environment).Sign(content);
            return command with { Signature = new UserCommandSignature(fingerprint, command.By, at, value) };
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
    public static SteeringMessage Sign(this UseCaseServiceBundle context, string runId, SteeringMessage call) =>
        call.Message is SteeringUpdateArguments command ? call with { Message = context.Sign(runId, call.Name, command) } : call;
}
