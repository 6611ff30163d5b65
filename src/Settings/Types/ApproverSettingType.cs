namespace Orchestrator.Settings;

/// <summary>Setting type for the keys of approvers.</summary>
internal static class ApproverSettingType
{
    /// <summary>List of keys, each in the form of <see cref="ApproverKey"/>.</summary>
    public static SettingType<IReadOnlyList<string>> Approvers { get; } =
        new("a list of NAME KEY, such as the one that 'orchestrate check' shows", Read, SettingTypes.WriteTexts);

    private static bool Read(DocumentNode raw, FaultSink faults, out IReadOnlyList<string> value)
    {
        var good = SettingValueParser.ReadTexts(raw, faults, out value);
        foreach (var text in value.Where(text => ApproverKey.TryRead(text) is null))
        {
            faults($"'{text}' must be the name and the public key of an approver.", raw.Line);
            good = false;
        }
        return good;
    }
}
