using Orchestrator.Gates.Detection;
using Orchestrator.Runs.AgentCalls;
using Xunit;

namespace Orchestrator.Runs.Tests;

public class AgentRunEnvironmentTests
{
    private const string File = """{"mcpServers": {"tracker": {"command": "node", "args": ["t.js"]}, "other": {"command": "x"}}}""";

    [Fact]
    public void Keep_NamedServers_AreKeptAndNoOthers()
    {
        var (config, missing) = AgentRunEnvironment.Keep(File, ["tracker"], ProjectDefinedCommandFinder.ReadMcpServers(File));

        Assert.Equal("""{"mcpServers":{"tracker":{"command":"node","args":["t.js"]}}}""", config);
        Assert.Empty(missing);
    }

    [Theory]
    [InlineData(File)]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"mcpServers\": 1}")]
    public void Keep_ServerThatIsNotThere_IsNamed(string file)
    {
        var (config, missing) = AgentRunEnvironment.Keep(file, ["trakcer"], ProjectDefinedCommandFinder.ReadMcpServers(file));

        Assert.Null(config);
        Assert.Equal(["trakcer"], missing);
    }

    [Fact]
    public void Keep_ServerThatIsDefinedOtherwiseThanThePersonSaw_IsLeftOut()
    {
        var seen = ProjectDefinedCommandFinder.ReadMcpServers(File.Replace("t.js", "u.js", StringComparison.Ordinal));

        var (config, missing) = AgentRunEnvironment.Keep(File, ["tracker", "other"], seen);

        Assert.Equal("""{"mcpServers":{"other":{"command":"x"}}}""", config);
        Assert.Equal(["tracker"], missing);
    }
}
