using System.Reflection;
using Orchestrator.Cli.Help;
using Orchestrator.Cli.Startup;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Cli.Tests.Documentation;

/// <summary>Pages that say what code says are made of it, or compared with it.</summary>
public sealed class GeneratedPagesTests
{
    [Fact]
    public void CommandsPage_GeneratedPart_IsWhatTheCommandTableSays() =>
        GeneratedPart.Check("docs/reference/commands.md", CommandPage.Text());

    [Fact]
    public void SettingsPage_GeneratedPart_IsWhatTheKeysSay() => GeneratedPart.Check("docs/reference/settings.md", SettingsPage.Text());

    [Fact]
    public void CommandHelp_EveryCommand_HasExamplesThatItUnderstands()
    {
        foreach (var (path, command) in CommandPage.All.Where(entry => entry.Command.Subcommands.Count == 0 || entry.Command is CliCommand))
        {
            // What only holds others shows them.
            if (CommandHelp.Find(path) is not { } help)
            {
                Assert.True(command.Subcommands.Count > 0, $"'{path}' has no example: add one to CommandHelp.");
                continue;
            }
            Assert.All(help.Examples, example => Assert.Null(WrittenCommand.FaultOf(example)));
            Assert.All(help.Examples, example => Assert.Empty(WrittenCommand.Parse(example).Errors));
        }
    }

    [Theory]
    [InlineData(typeof(RunStateNames), "## States of a run")]
    [InlineData(typeof(RunLivenessClassifier), "## Liveness of a run")]
    [InlineData(typeof(TaskStateNames), "## States of a task")]
    public void StatesPage_Table_HasEveryState(Type states, string heading)
    {
        var text = DocumentFiles.Read("docs/reference/states.md");
        var from = text.IndexOf(heading, StringComparison.Ordinal);
        Assert.True(from >= 0, $"docs/reference/states.md has no heading '{heading}'.");
        var section = text[from..].Split("\n## ")[0];
        var described = section
            .Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1])
            .Order(StringComparer.Ordinal);

        var known = states
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!)
            .Order(StringComparer.Ordinal);

        Assert.Equal(known, described);
    }
}
