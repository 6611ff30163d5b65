namespace Orchestrator.Settings;

/// <summary>Settings for verifying that tests detect a task's change (<c>verification.*</c>).</summary>
/// <param name="ProveRed">Default policy for the proof that new and changed tests fail without the change.</param>
public sealed record VerificationSettings(NewTestsOnBaseProductPolicy ProveRed)
{
    private static readonly Setting<string> ProveRedKey = new(
        "verification.prove_red",
        "report",
        CommonSettingConverters.OneOf("off", "report", "required"),
        "whether a task's new and changed tests also run once without the task's change, which should make them fail; "
            + "required rejects work if none fails"
    );

    private static readonly Setting<bool> BaseSuiteKey = new(
        "verification.base_suite",
        true,
        CommonSettingConverters.Switch,
        "whether gates run again with the base's tests if a task changes tests; if false, changes to files that decide a "
            + "gate need approval"
    );

    /// <summary>
    /// True to also run the gates with the base commit's tests and other gate inputs if a task's work changes those. Default: true.
    /// </summary>
    public bool BaseSuite { get; init; } = true;

    internal static VerificationSettings Read(SettingReader settings) =>
        new(
            settings.Read(ProveRedKey) switch
            {
                "off" => NewTestsOnBaseProductPolicy.Off,
                "required" => NewTestsOnBaseProductPolicy.Required,
                _ => NewTestsOnBaseProductPolicy.Report,
            }
        )
        {
            BaseSuite = settings.Read(BaseSuiteKey),
        };
}
