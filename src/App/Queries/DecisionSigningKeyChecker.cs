using Orchestrator.App.Access;
using Orchestrator.App.Setup;

namespace Orchestrator.App.Queries;

/// <summary>
/// Checks the user's key for signing decisions, and shows the key in the format that the setting <c>approvers</c> requires.
/// </summary>
internal static class DecisionSigningKeyChecker
{
    private const string Name = "approvals";

    /// <summary>Executes the check.</summary>
    /// <param name="proof">Approvers, and whether runs require a signature.</param>
    /// <param name="isConfined">True if agents run in a sandbox.</param>
    /// <param name="context">Provides the key and the user's name.</param>
    public static MachineReadinessCheckResult Run(SignedApprovalSettings proof, bool isConfined, UseCaseServiceBundle context)
    {
        ApproverPublicKey key;
        try
        {
            key = DecisionSigningKey.Of(context.Environment).PublicKey(NameOf(context));
        }
        catch (IOException unusable)
        {
            return new(
                Name,
                MachineReadinessCheckStatus.Warn,
                $"Decisions are not signed. {unusable.Message}",
                "Make the file readable, or remove it."
            );
        }
        var isListed = proof.Approvers.Any(text => ApproverPublicKey.TryRead(text)?.Fingerprint == key.Fingerprint);
        var signs = $"Decisions from this machine are signed with the key {key.Fingerprint}";
        var (status, message) =
            proof.Approvers.Count == 0 ? (MachineReadinessCheckStatus.Ok, $"{signs}. Runs also accept unsigned decisions.")
            : !isListed
                ? (
                    MachineReadinessCheckStatus.Warn,
                    $"{signs}, which is not in 'approvers', so new runs "
                        + $"{(proof.IsRequired ? "refuse these decisions" : "record these decisions as claimed")}."
                )
            : !isConfined ? (MachineReadinessCheckStatus.Warn, $"{signs}. Agents run without a sandbox, so they can read and use this key.")
            : (
                MachineReadinessCheckStatus.Ok,
                $"{signs}. New runs {(proof.IsRequired ? "refuse unsigned decisions" : "record unsigned decisions as claimed")}."
            );

        // The setting is on a line of its own, which a terminal does not wrap, so that it can be copied.
        return new(Name, status, message, $"approvers: [\"{key}\"]");
    }

    private static string NameOf(UseCaseServiceBundle context)
    {
        var user = context.Person.Split('@')[0];
        return ApproverPublicKey.IsName(user) ? user : "me";
    }
}
