using System.Text.Json.Nodes;
using Orchestrator.Agents.ClaudeCli;

namespace Orchestrator.Agents.Tests.ClaudeCli;

public sealed class ClaudeAgentDefinitionsTests
{
    [Fact]
    public void Definition_WithOddFrontMatter_IsReadLeniently()
    {
        (var name, var definition) = ClaudeAgentDefinitions
            .Parse(
                "file",
                "\uFEFF---\r\nname: \"doc-sync\"\r\ndescription: Use when: docs are old.\r\n  Also when asked.\r\ntools: Read, "
                    + "Write\r\nmodel: haiku\r\n---\r\nYou sync.\r\n\r\nWell.\r\n"
            )!
            .Value;

        Assert.Equal("doc-sync", name);
        Assert.Equal("Use when: docs are old. Also when asked.", (string?)definition["description"]);
        Assert.Equal("""["Read","Write"]""", definition["tools"]!.ToJsonString());
        Assert.Equal("haiku", (string?)definition["model"]);
        Assert.Equal("You sync.\n\nWell.", (string?)definition["prompt"]);
    }

    [Theory]
    [InlineData("tools: [Read, Grep]")]
    [InlineData("tools:\n  - Read\n  - Grep")]
    [InlineData("tools: \"Read\", 'Grep'")]
    public void Tools_InAnyListForm_AreRead(string tools)
    {
        var definition = ClaudeAgentDefinitions.Parse("x", $"---\n{tools}\n---\nBody")!.Value.Definition;

        Assert.Equal("""["Read","Grep"]""", definition["tools"]!.ToJsonString());
    }

    [Fact]
    public void Definition_WithoutNameAndDescription_TakesTheFilesName()
    {
        (var name, var definition) = ClaudeAgentDefinitions.Parse("helper", "---\n---\nBody")!.Value;

        Assert.Equal(("helper", "helper"), (name, (string?)definition["description"]));
    }

    [Fact]
    public void Definitions_WithoutRoomOrFrontMatter_AreNamed()
    {
        Dictionary<string, string> files = new()
        {
            ["good.md"] = "---\nname: good\n---\nBody",
            ["plain.md"] = "No front matter.",
            ["huge.md"] = "---\nname: huge\n---\n" + new string('x', 200_000),
        };

        (var json, var leftOut) = ClaudeAgentDefinitions.ToJson(files);

        Assert.Equal(["good"], JsonNode.Parse(json!)!.AsObject().Select(member => member.Key));
        Assert.Equal(["plain.md", "huge.md"], leftOut);
    }

    [Fact]
    public void Definitions_None_GiveNothing() => Assert.Null(ClaudeAgentDefinitions.ToJson(new Dictionary<string, string>()).Json);
}
