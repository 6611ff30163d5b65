using Orchestrator.Plans;

namespace Orchestrator.Messages;

/// <summary>Author of a command, either as claimed by the sender or as proven by the command's signature.</summary>
/// <param name="By">Author for records, with the words <c>proven by</c> or <c>claimed</c> if the run lists approvers.</param>
/// <param name="IsProven">True if an approver of the run has signed the command.</param>
/// <param name="Refusal">Sentence that refuses the command; null if its author may send it.</param>
public sealed record SteeringCommandAuthor(string By, bool IsProven, string? Refusal = null)
{
    /// <summary>
    /// Maximum age of a signature. The limit is long enough for a command that is signed one day and stored until the next morning.
    /// </summary>
    public static readonly TimeSpan SignatureLifetime = TimeSpan.FromHours(24);

    /// <summary>Maximum amount by which the signer's clock may be ahead of this clock.</summary>
    private static readonly TimeSpan ClockLead = TimeSpan.FromMinutes(5);

    private const string Proven = "proven by";

    /// <summary>
    /// Determines the author of a command. The result depends only on this method's arguments, so workflows can call the method.
    /// </summary>
    /// <param name="runId">Id of the run that received the command.</param>
    /// <param name="name">Wire name of the command (<see cref="WorkflowMessageNames"/>).</param>
    /// <param name="command">The command, or null if it was sent without arguments.</param>
    /// <param name="rules">Rules of the run, with its approvers.</param>
    /// <param name="now">The current time.</param>
    public static SteeringCommandAuthor Of(
        string runId,
        string name,
        SteeringUpdateArguments? command,
        RunWorkflowSettings rules,
        DateTimeOffset now
    )
    {
        if (
            command?.Signature is { } signature
            && rules.Approvers?.Select(ApproverPublicKey.TryRead).FirstOrDefault(key => key?.Fingerprint == signature.Key) is { } approver
        )
        {
            var by = $"{signature.By} ({Proven} {approver.Name}, {approver.Fingerprint})";
            return new SteeringCommandAuthor(by, IsProven: true, RefusalOf(runId, name, command, signature, approver, now));
        }
        var claimed = Claimed(command?.By ?? "", rules);
        return rules.RequireProof && SteeringCatalog.IsDecision(name)
            ? new SteeringCommandAuthor(
                claimed,
                IsProven: false,
                $"{runId} accepts '{name}' only with the signature of an approver (require_proof). Send it with orchestrate's command, "
                    + "page or API on a machine whose key the setting approvers lists; 'orchestrate check' shows that key."
            )
            : new SteeringCommandAuthor(claimed, IsProven: false);
    }

    private static string? RefusalOf(
        string runId,
        string name,
        SteeringUpdateArguments command,
        UserCommandSignature signature,
        ApproverPublicKey approver,
        DateTimeOffset now
    ) =>
        !approver.HasSigned(SignedCommandContentBuilder.Of(runId, name, command, signature.By, signature.At), signature.Value)
            ? $"The signature by {approver.Name} does not belong to this '{name}' for {runId}, so the command is not accepted."
        : signature.At < now - SignatureLifetime || signature.At > now + ClockLead
            ? $"{approver.Name} signed this '{name}' at {signature.At.UtcDateTime:yyyy-MM-dd HH:mm}Z. A signature is valid for "
                + $"{Plural.Of((int)SignatureLifetime.TotalHours, "hour")}, so send the command again."
        : null;

    /// <summary>
    /// Adds <c>(claimed)</c> to an author's name if no signature verifies the author. In runs without approvers, marks only names that
    /// imitate a verified name.
    /// </summary>
    private static string Claimed(string by, RunWorkflowSettings rules) =>
        rules.Approvers is null or [] && !by.Contains(Proven, StringComparison.OrdinalIgnoreCase) ? by
        : by.Length == 0 ? "a user (claimed)"
        : $"{by} (claimed)";
}
