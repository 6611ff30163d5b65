namespace Orchestrator.Settings;

/// <summary>Setting type for the keys of approvers.</summary>
internal static class ApproverKeySettingConverter
{
    /// <summary>List of keys, each in the form of <see cref="ApproverPublicKey"/>.</summary>
    public static SettingValueConverter<IReadOnlyList<string>> Approvers { get; } =
        new(
            "a list of strings of the form NAME KEY, such as the one that 'orchestrate check' shows",
            Read,
            CommonSettingConverters.WriteTexts
        );

    private static bool Read(YamlOrJsonNode raw, FaultSink faults, out IReadOnlyList<string> value)
    {
        var good = SettingValueParser.ReadTexts(raw, faults, out value);
        foreach (var text in value.Where(text => ApproverPublicKey.TryRead(text) is null))
        {
            faults($"'{text}' must be the name and the public key of an approver.", raw.Line);
            good = false;
        }
        return good;
    }
}
