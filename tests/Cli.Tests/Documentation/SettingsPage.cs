using System.Text;
using Orchestrator.Settings;

namespace Orchestrator.Cli.Tests.Documentation;

/// <summary>Generates <c>docs/reference/settings.md</c> from the declarations of settings.</summary>
internal static class SettingsPage
{
    public static string Text()
    {
        var text = new StringBuilder(
            "| key | meaning and accepted values | default | environment variable | in a repository's files |\n|---|---|---|---|---|\n"
        );
        foreach (var setting in SettingDeclarationIndex.All)
        {
            var name = setting.Name.Replace("*", "NAME", StringComparison.Ordinal);
            var variables = setting.OldVariables.Prepend(setting.Variable.Replace("*", "NAME", StringComparison.Ordinal));
            var old = setting.OldNames.Count == 0 ? "" : $" Also accepted under an older name: {Code(setting.OldNames)}.";
            text.Append(
                $"| `{name}` | {Cell(setting.Description)}. Accepts {Cell(setting.Accepts)}.{old} "
                    + $"| {(setting.DefaultText.Length == 0 ? "not set" : Code([setting.DefaultText]))} | {Code(variables)} "
                    + $"| {(setting.IsHarmless ? "takes effect" : setting.IsUserOnly ? "is ignored" : "needs trust")} |\n"
            );
        }
        return text.ToString();
    }

    private static string Code(IEnumerable<string> words) => string.Join(", ", words.Select(word => $"`{Cell(word)}`"));

    private static string Cell(string text) => text.Replace("|", @"\|", StringComparison.Ordinal);
}
