using System.Text.Json;

namespace Orchestrator.App.Queries;

/// <summary>Converts settings to documents.</summary>
public static class SettingDocumentFactory
{
    /// <summary>Converts one setting to an entry of a document.</summary>
    public static EffectiveSetting Of(SettingValue value) =>
        new(
            value.Name,
            value.Value,
            value.DefaultValue,
            JsonNamingPolicy.CamelCase.ConvertName(value.Source.Kind.ToString()),
            value.Source.Place,
            value.Source.Line,
            value.Description,
            value.IsWithheld
        );
}
