namespace Orchestrator.Settings;

/// <summary>
/// Settings that require decisions about runs to be signed. Only a user's own settings can contain them; a repository's files can't.
/// </summary>
/// <param name="Approvers">Keys of the users whose signatures prove decisions (<c>approvers</c>). Default: none.</param>
/// <param name="IsRequired">True to refuse decisions that no approver has signed (<c>require_proof</c>). Default: false, because Temporal's
/// Web UI and command line can't sign.</param>
public sealed record SignedApprovalSettings(IReadOnlyList<string> Approvers, bool IsRequired)
{
    internal static readonly Setting<IReadOnlyList<string>> ApproversKey = new(
        "approvers",
        [],
        ApproverKeySettingConverter.Approvers,
        "names and public keys of the users whose signatures prove decisions; takes effect only in your own settings"
    )
    {
        IsUserOnly = true,
    };

    private static readonly Setting<bool> RequiredKey = new(
        "require_proof",
        false,
        CommonSettingConverters.Switch,
        "whether runs refuse decisions that no approver has signed; takes effect only in your own settings"
    )
    {
        IsUserOnly = true,
    };

    /// <summary>Settings of runs that accept unsigned decisions from anybody.</summary>
    public static SignedApprovalSettings Off { get; } = new([], false);

    internal static SignedApprovalSettings Read(SettingReader settings)
    {
        var read = new SignedApprovalSettings(settings.Read(ApproversKey), settings.Read(RequiredKey));
        settings.Require(
            !read.IsRequired || read.Approvers.Count > 0,
            RequiredKey,
            $"runs would refuse every decision, because {ApproversKey.Name} is empty.",
            $"Add to {ApproversKey.Name} the key that 'orchestrate check' shows."
        );
        return read;
    }
}
