using Orchestrator.Agents.Described;
using Orchestrator.Agents.Descriptions;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Agents.Tests.Described;

/// <summary>A confined agent puts a pipe or a link to a device in the place of its conversations.</summary>
public sealed class HostileConversationTests
{
    [Theory]
    [InlineData("mkfifo")]
    [InlineData("ln -s /dev/zero")]
    public async Task FindConversation_DatabaseThatIsNoFile_IsNotRead(string making)
    {
        using var folder = new TempFolder();
        var made = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("/bin/sh", "-c", $"mkdir -p .local/share/opencode && {making} .local/share/opencode/opencode.db")
            {
                WorkingDirectory = folder.Path,
            }
        );
        var runner = new DescribedAgentRunner(
            "opencode",
            BuiltInAgents.Find("opencode")!,
            null,
            new Dictionary<string, string> { ["HOME"] = folder.Path }
        );

        Assert.True(made.Succeeded, made.StandardError.Text);
        Assert.Null(runner.FindConversation("ses_1", folder.Path));
    }
}
