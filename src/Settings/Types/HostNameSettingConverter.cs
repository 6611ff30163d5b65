namespace Orchestrator.Settings;

/// <summary>Setting types for host names.</summary>
internal static class HostNameSettingConverter
{
    /// <summary>List of allowed hosts, in the syntax of the network proxy's allowlist.</summary>
    public static SettingValueConverter<IReadOnlyList<string>> Hosts { get; } =
        new(
            "a list of hosts, such as example.com, *.example.com, example.com:8443 or localhost:5432",
            Read,
            CommonSettingConverters.WriteTexts
        );

    private static bool Read(YamlOrJsonNode raw, FaultSink faults, out IReadOnlyList<string> value)
    {
        var good = SettingValueParser.ReadTexts(raw, faults, out value);
        foreach (var text in value.Where(text => !HostEntryValidator.IsValid(text)))
        {
            faults(HostEntryValidator.Fault(text), raw.Line, HostEntryValidator.Cure);
            good = false;
        }
        return good;
    }
}
