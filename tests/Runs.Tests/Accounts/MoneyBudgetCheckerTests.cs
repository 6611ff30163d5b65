using Orchestrator.Runs.Accounts;
using Orchestrator.Settings;
using Xunit;

namespace Orchestrator.Runs.Tests.Accounts;

public sealed class MoneyBudgetCheckerTests
{
    private static string[] Faults(string file, string agent, string model) =>
        [
            .. MoneyBudgetChecker.Faults(
                SettingsLoader.Load(new RawSettingSourceContent { IsTrusted = true, RepositoryFile = new("config.yaml", file) }).Settings!,
                [(agent, model)]
            ),
        ];

    [Theory]
    [InlineData("", "claude", "unheard-of")]
    [InlineData("budget: {run: 1M tokens}", "claude", "unheard-of")]
    [InlineData("budget: {run: 5}", "claude", "sonnet")]
    [InlineData("budget: {day: 5}", "api", "claude-opus-4-8")]
    [InlineData("{budget: {run: 5}, agents: {mine: {command: [x], free: true}}}", "mine", "sonnet")]
    [InlineData("{budget: {run: 5}, prices: [{model: unheard-of, input: 1, output: 2}]}", "claude", "unheard-of")]
    [InlineData("{budget: {run: 5}, agents: {mine: {description: {like: opencode, program: x}}}}", "mine", "unheard-of")]
    public void Faults_PriceIsKnownOrNotNeeded_AreNone(string file, string agent, string model) => Assert.Empty(Faults(file, agent, model));

    [Fact]
    public void Faults_MoneyWithoutAPrice_IsRefusedAndSaysWhatToGive()
    {
        var fault = Assert.Single(Faults("budget: {task: 5}", "claude", "unheard-of"));

        Assert.StartsWith("budget.task is in US dollars, but the price of the model 'unheard-of'", fault, StringComparison.Ordinal);
        Assert.Contains("[{model: unheard-of, input: USD, output: USD}]", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_AgentThatSaysNoCost_IsRefused() =>
        Assert.Contains("does not report its cost", Assert.Single(Faults("budget: {run: 5}", "mine", "sonnet")), StringComparison.Ordinal);
}
