using Orchestrator.Agents.Descriptions;

namespace Orchestrator.Agents.Tests.Described;

/// <summary>Validation of agent descriptions, none of which may start a shell.</summary>
public sealed class AgentDescriptionReaderTests
{
    private const string Rest = """
        "stream": {"events": [{"on": "end", "end": "done"}]}
        """;

    public static TheoryData<string> KnownNames { get; } = new(BuiltInAgents.Names);

    [Theory]
    [MemberData(nameof(KnownNames))]
    public void KnownAgents_HaveNoFaults(string name) => Assert.Empty(AgentDescriptionReader.Read($"\"{name}\"").Faults);

    [Theory]
    [InlineData("""{"program": "sh", "arguments": {"start": ["-c", "x {prompt}"]}}""", "program")]
    [InlineData("""{"program": "/bin/bash", "arguments": {"start": ["run.sh"]}}""", "program")]
    [InlineData("""{"program": "bash5.2", "arguments": {"start": []}}""", "program")]
    [InlineData("""{"program": "C:\\Windows\\System32\\cmd.exe", "arguments": {"start": ["/c", "x"]}}""", "program")]
    [InlineData("""{"program": "pwsh", "arguments": {"start": ["-Command", "x"]}}""", "program")]
    [InlineData("""{"program": "env", "arguments": {"start": ["A=b", "sh", "x"]}}""", "arguments.start")]
    [InlineData("""{"program": "env", "arguments": {"start": ["x"], "resume": ["zsh", "{session}"]}}""", "arguments.resume")]
    [InlineData("""{"program": "mine", "arguments": {"start": ["x", "bash", "-lc", "{prompt}"]}}""", "arguments.start")]
    [InlineData("""{"program": "timeout", "arguments": {"start": ["{permissions}"], "free": ["9", "/usr/bin/dash"]}}""", "arguments.free")]
    public void Shell_AnywhereInACommand_IsRefused(string json, string path)
    {
        (var description, var faults) = AgentDescriptionReader.Read(json[..^1] + "," + Rest + "}");

        Assert.Null(description);
        Assert.Equal(path, Assert.Single(faults).Path);
        Assert.Contains("shell", faults[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WordsThatNameAShellAndStartNone_AreTaken() =>
        Assert.Empty(
            AgentDescriptionReader
                .Read("""{"program": "mine", "arguments": {"start": ["--allow", "bash", "--shell", "fish"]},""" + Rest + "}")
                .Faults
        );

    [Theory]
    [InlineData("""{"arguments": {"start": []}}""", "", "program")]
    [InlineData("""{"program": "x", "arguments": {"start": ["{promt}"]}}""", "arguments.start", "{promt}")]
    [InlineData("""{"program": "x", "prompt": "argument", "arguments": {"start": ["-p"]}}""", "arguments.start", "{prompt}")]
    [InlineData("""{"program": "x", "arguments": {"start": [], "resume": ["-r"]}}""", "arguments.resume", "{session}")]
    [InlineData(
        """{"program": "x", "arguments": {"start": []}, "conversation": {"named_by": "caller", "file": "{session}.json"}}""",
        "arguments.start",
        "{session}"
    )]
    [InlineData("""{"program": "x", "arguments": {"start": []}, "color": "red"}""", "color", "color")]
    [InlineData("""{"program": "x", "arguments": {"start": []}, "prompt": "mouth"}""", "prompt", "")]
    [InlineData("""{"program": "x", "arguments": {"start": []}, "state": {"writable": ["/etc"]}}""", "state", "/etc")]
    [InlineData("""{"program": "x", "arguments": {"start": []}, "state": {"files": ["a/../../b"]}}""", "state", "in the home folder")]
    [InlineData("""{"program": "x", "arguments": {"start": []}, "conversation": {"file": "all.db"}}""", "conversation.file", "{session}")]
    [InlineData(
        """{"program": "x", "arguments": {"start": []}, "failures": [{"says": "a", "is": "limit", "until": "(("}]}""",
        "failures[0].until",
        "(("
    )]
    [InlineData("""{"program": "x", "arguments": {"start": []}, "keys": [{"variable": "A", "service": "a"}]}""", "keys[0].service", "a")]
    [InlineData(
        """{"program": "x", "arguments": {"start": []}, "keys": [{"variable": "A", "service": "https://a"}]}""",
        "keys[0]",
        "different address"
    )]
    [InlineData(
        """{"program": "x", "arguments": {"start": []}, "keys": [{"variable": "A", "service": "https://a", "arguments": ["{address}"]}]}""",
        "keys[0].arguments",
        "lacks the placeholder '{keys}'"
    )]
    [InlineData(
        """{"program": "x", "arguments": {"start": ["{keys}"]}, "keys": [{"variable": "A", "service": "https://a", """
            + """ "arguments": ["{b}"]}]}""",
        "keys[0].arguments",
        "{b}"
    )]
    [InlineData(
        """{"program": "x", "arguments": {"start": []}, "keys": [{"variable": "A", "service": "https://a", "environment": {"B": "c"}}]}""",
        "keys[0].environment.B",
        "JSON"
    )]
    [InlineData(
        """{"program": "x", "arguments": {"start": []}, "keys": [{"variable": "A", "address": "B", "service": "https://a", """
            + """ "unless": {"/etc/a": ["b"]}}]}""",
        "keys[0].unless",
        "in the home folder"
    )]
    [InlineData("""{"like": "cobol"}""", "like", "codex")]
    public void Fault_IsNamedByItsPath(string json, string path, string says)
    {
        (var description, var faults) = AgentDescriptionReader.Read(json[..^1] + "," + Rest + "}");

        Assert.Null(description);
        var fault = faults.First(fault => fault.Path == path);
        Assert.Contains(says, fault.Message + fault.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public void StreamWithoutAnEnd_IsRefused()
    {
        var faults = AgentDescriptionReader.Read("""{"program": "x", "arguments": {"start": []}, "stream": {"events": []}}""").Faults;

        Assert.Equal("stream.events", Assert.Single(faults).Path);
    }

    [Fact]
    public void Like_AKnownAgent_TakesTheRestFromIt()
    {
        (var description, var faults) = AgentDescriptionReader.Read("""{"like": "codex", "program": "/opt/codex", "tried": "0.170.0"}""");

        Assert.Empty(faults);
        Assert.Equal("/opt/codex", description!.Program);
        Assert.Equal("0.170.0", description.Tried);
        Assert.Equal(BuiltInAgents.Find("codex")!.Arguments.Resume, description.Arguments.Resume);
    }
}
