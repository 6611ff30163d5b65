using System.Reflection;
using System.Text.Json;
using Xunit;

namespace Orchestrator.Settings.Tests;

/// <summary>A setting is one declaration, and the record that reads it is all that knows of it: what is declared is read, what is read is
/// listed, and what is set arrives.</summary>
public class DeclarationTests
{
    public static TheoryData<string> AllKeys => [.. SettingDeclarationIndex.All.Select(key => key.Name)];

    [Fact]
    public void Settings_ThatAreDeclared_AreReadOnce()
    {
        var declared = typeof(Setting)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .SelectMany(field =>
                field.FieldType.IsAssignableTo(typeof(Setting)) ? [(Setting)field.GetValue(null)!]
                : field.FieldType == typeof(NotificationSettingDeclarations)
                    ? typeof(NotificationSettingDeclarations).GetProperties().Select(key => (Setting)key.GetValue(field.GetValue(null))!)
                : []
            )
            .Select(setting => setting.Name);

        Assert.Equal(
            declared.Order(StringComparer.Ordinal),
            SettingDeclarationIndex.All.Select(key => key.Name).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [MemberData(nameof(AllKeys))]
    public void EverySetting_ThatIsSet_ArrivesInTheRecordThatARunActsOn(string key)
    {
        var name = key.Replace("*", "mine", StringComparison.Ordinal);
        var (sample, file) = SampleOf.Setting(name);
        var without = file[..file.LastIndexOf(name, StringComparison.Ordinal)];

        Assert.True(Bound(file) != Bound(without), $"{name}: {sample} changes nothing in {nameof(OrchestratorSettings)}.");
    }

    [Theory]
    [MemberData(nameof(AllKeys))]
    public void EverySetting_ByItsVariableAndOlderNames_IsTheSameSetting(string key)
    {
        var setting = SettingDeclarationIndex.Find(key)!;

        Assert.Equal(key, SettingNames.OfVariable(setting.Variable));
        Assert.All(setting.OldNames, old => Assert.Same(setting, SettingDeclarationIndex.Find(old)));
        Assert.All(setting.OldVariables, old => Assert.Same(setting, SettingDeclarationIndex.FindByVariable(old)));
    }

    [Theory]
    [MemberData(nameof(AllKeys))]
    public void EverySetting_TellsPeopleWhatItDoesAndTakes(string key)
    {
        var setting = SettingDeclarationIndex.Find(key)!;

        Assert.Matches(@"^\S(.|\n)*[^.\s]$", setting.Description);
        Assert.NotEqual("", setting.Accepts);
        Assert.NotEqual("", setting.DefaultText);
        Assert.False(
            setting is { IsHarmless: true, Effect: not TrustRequiringSettingEffect.Decides },
            "What runs or speaks to somebody is not harmless."
        );
    }

    private static string Bound(string file)
    {
        var result = SettingsLoader.Load(new RawSettingSourceContent { IsTrusted = true, UserFile = new("config.yaml", file) });
        Assert.Empty(result.Errors);
        return JsonSerializer.Serialize(result.Settings);
    }
}
