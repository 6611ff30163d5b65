using Xunit;

namespace Orchestrator.Settings.Tests;

public class ConfigFileEditorTests
{
    [Theory]
    [InlineData("", "workers", "5", "workers: 5\n")]
    [InlineData("# top\nworkers: 3 # three\nmodel: opus\n", "workers", "5", "# top\nworkers: 5 # three\nmodel: opus\n")]
    [InlineData("workers:\n  count: 3\n  max: 9\n", "workers", "5", "workers:\n  count: 5\n  max: 9\n")]
    [InlineData("retry:\n  base_delay: 2s\n", "retry.max_attempts", "4", "retry:\n  max_attempts: 4\n  base_delay: 2s\n")]
    [InlineData("model: opus", "git.land", "pr", "model: opus\ngit.land: pr\n")]
    [InlineData(
        "gates:\n  task:\n    - a\n    - b # last\nmodel: opus\n",
        "gates.task",
        "[c]",
        "gates:\n  task:\n    [c] # last\nmodel: opus\n"
    )]
    [InlineData("gates: {task: [a, b]}\n", "gates.task", "[c]", "gates: {task: [c]}\n")]
    [InlineData("model:\n", "model", "opus", "model: opus\n")]
    [InlineData("", "max_workers", "5", "workers: 5\n")]
    [InlineData("", "git.message_prefix", "Auto: now", "git.message_prefix: \"Auto: now\"\n")]
    public void Set_KnownKey_ChangesOnlyThatKey(string text, string name, string value, string expected)
    {
        var (changed, faults) = ConfigFileEditor.Set(text, [(name, value)], "config.yaml", Load);

        Assert.Empty(faults);
        Assert.Equal(expected, changed);
        Assert.Empty(SettingsLoader.Load(new RawSettingSourceContent { RepositoryFile = new("config.yaml", changed!) }).Errors);
    }

    [Theory]
    [InlineData("", "workres", "5", "Did you mean 'workers'?")]
    [InlineData("", "workers", "many", "The default is 3.")]
    [InlineData("", "temporal.api_key", "hunter2", "Give $NAME for an environment variable, or file:PATH.")]
    [InlineData("a: [", "workers", "5", "Check the quotes, colons, brackets and indentation just above.")]
    public void Set_BadInput_GivesTheCureAndNoText(string text, string name, string value, string cure)
    {
        var (changed, faults) = ConfigFileEditor.Set(text, [(name, value)], "config.yaml", Load);

        Assert.Null(changed);
        Assert.Equal(cure, Assert.Single(faults).Cure);
    }

    [Fact]
    public void Set_SettingsThatAreValidOnlyTogether_AreSetInAnyOrder()
    {
        (string, string)[] both = [("notifications.provider", "ntfy"), ("notifications.url", "https://ntfy.sh/mine")];

        Assert.Null(ConfigFileEditor.Set("", [both[0]], "config.yaml", Load).Text);
        Assert.Empty(ConfigFileEditor.Set("", both, "config.yaml", Load).Faults);
        Assert.Empty(ConfigFileEditor.Set("", [both[1], both[0]], "config.yaml", Load).Faults);
    }

    [Theory]
    [InlineData("# top\nworkers: 3 # three\nmodel: opus\n", "workers", "# top\nmodel: opus\n")]
    [InlineData("max_workers: 3\nmodel: opus\n", "workers", "model: opus\n")]
    [InlineData("workers: 3", "workers", "")]
    [InlineData(
        "retry:\n  max_attempts: 4\n  base_delay: 2s\nmodel: opus\n",
        "retry.max_attempts",
        "retry:\n  base_delay: 2s\nmodel: opus\n"
    )]
    [InlineData("retry:\n  max_attempts: 4\nmodel: opus\n", "retry.max_attempts", "model: opus\n")]
    [InlineData("gates:\n  task:\n    - a\n    - b # last\nmodel: opus\n", "gates.task", "model: opus\n")]
    [InlineData("agents: {a: {command: [x], free: true}, b: {command: [y]}}\n", "agents.a", "agents: {b: {command: [y]}}\n")]
    [InlineData("agents: {a: {command: [x], free: true}}\n", "agents.a.free", "agents: {a: {command: [x]}}\n")]
    [InlineData("agents: {a: {command: [x]}}\nmodel: opus\n", "agents.a", "model: opus\n")]
    [InlineData("notifications.provider: desktop\nnotifications.on: [run_done]\nmodel: opus\n", "notifications", "model: opus\n")]
    [InlineData("model: opus\n", "workers", "model: opus\n")]
    public void Unset_KeyOrSection_TakesOnlyThatAway(string text, string name, string expected)
    {
        var (changed, faults) = ConfigFileEditor.Unset(text, [name], "config.yaml", Load);

        Assert.Empty(faults);
        Assert.Equal(expected, changed);
        Assert.Equal(expected != text, ConfigFileEditor.Has(text, name));
    }

    [Fact]
    public void Unset_WhatAnotherSettingNeeds_IsRefused()
    {
        const string Text = "agent: mine\nagents:\n  mine:\n    command: [x]\n";

        Assert.Null(ConfigFileEditor.Unset(Text, ["agents.mine"], "config.yaml", Load).Text);
        Assert.Equal("", ConfigFileEditor.Unset(Text, ["agents.mine", "agent"], "config.yaml", Load).Text);
    }

    private static SettingsLoadResult Load(string text) =>
        SettingsLoader.Load(new RawSettingSourceContent { RepositoryFile = new("config.yaml", text) });
}
