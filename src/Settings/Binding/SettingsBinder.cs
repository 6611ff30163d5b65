namespace Orchestrator.Settings;

/// <summary>Reads settings from the layers, and adds the errors and warnings that it finds to those of the layers.</summary>
internal sealed class SettingsBinder(SettingsLayers layers) : SettingReader
{
    protected override RawSetting? Find(Setting setting, string name) => layers.Settings.GetValueOrDefault(name);

    protected override FaultSink FaultsOf(Setting setting, string name, RawSetting raw) =>
        (message, line, cure, below) =>
            layers.Errors.Add(
                SettingFault.OfValue(
                    setting,
                    name + below,
                    message,
                    line > 0 && raw.Source.Line > 0 ? raw.Source with { Line = line } : raw.Source,
                    cure
                )
            );

    public override IReadOnlyList<string> Names(string key, string? always = null) =>
        [
            .. layers
                .Settings.Keys.Select(name => name.Split('.'))
                .Where(parts => parts.Length == 3 && parts[0] == key)
                .Select(parts => parts[1])
                .Append(always)
                .OfType<string>()
                .Distinct(),
        ];

    public override SettingSource SourceOf(Setting setting, string? part = null) =>
        layers.Settings.TryGetValue(setting.NameOf(part), out var raw) ? raw.Source : SettingSource.Default;

    public override void Require(bool holds, Setting setting, string message, string cure, string? part = null)
    {
        if (!holds)
        {
            layers.Errors.Add(new SettingFault(setting.NameOf(part), message, cure, SourceOf(setting, part)));
        }
    }

    protected override string CurrentModel(Setting setting, string model)
    {
        if (ModelName.AliasForRetired(model) is not { } alias)
        {
            return model;
        }
        layers.Warnings.Add(
            new SettingFault(
                setting.Name,
                $"the model '{model}' is no longer available, so '{alias}' is used.",
                $"Write '{alias}'.",
                SourceOf(setting)
            )
        );
        return alias;
    }
}
