using Orchestrator.Agents;
using Orchestrator.Agents.Descriptions;
using Orchestrator.Network;
using Orchestrator.Runs.Sandboxing;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Runs.Tests.Sandboxing;

public sealed class KeyPlaceholdersTests
{
    private const string Proxy = "http://127.0.0.1:3128";

    [Fact]
    public void Replace_KeyInTheEnvironment_BecomesAPlaceholder()
    {
        Dictionary<string, string?> environment = new() { ["ANTHROPIC_API_KEY"] = "real", ["OTHER"] = "kept" };

        var key = Assert.Single(KeyPlaceholders.Replace(ProxyableAgentApiKey.OfAnthropic, environment));

        Assert.Equal(("real", "https://api.anthropic.com"), (key.Key, key.Service));
        Assert.Equal(key.Placeholder, environment["ANTHROPIC_API_KEY"]);
        Assert.Equal((Proxy, "kept"), (environment["ANTHROPIC_BASE_URL"], environment["OTHER"]));
        Assert.DoesNotContain("real", environment.Values);
        Assert.False(environment.ContainsKey("ANTHROPIC_AUTH_TOKEN"));
    }

    /// <summary>Its program gets the other address by arguments, which are made before.</summary>
    [Fact]
    public void Replace_KeyWithoutAVariableForTheAddress_BecomesAPlaceholderForItsService()
    {
        Dictionary<string, string?> environment = new() { ["CODEX_API_KEY"] = "real" };

        var key = Assert.Single(
            KeyPlaceholders.Replace([new ProxyableAgentApiKey("CODEX_API_KEY", null, "https://api.openai.com/v1")], environment)
        );

        Assert.Equal(("real", "https://api.openai.com/v1"), (key.Key, key.Service));
        Assert.Equal(key.Placeholder, Assert.Single(environment).Value);
    }

    [Theory]
    [InlineData(AgentApiKeyPrecedence.VariableFirst, "", "stored")]
    [InlineData(AgentApiKeyPrecedence.VariableFirst, "own", "own")]
    [InlineData(AgentApiKeyPrecedence.FileFirst, "own", "stored")]
    public void Replace_StoredKey_ReachesTheProgramThroughItsVariable(AgentApiKeyPrecedence order, string own, string expected)
    {
        using TempFolder home = new();
        home.Write("auth.json", """{"one": {"type": "api", "key": "stored"}}""");
        AgentApiKeyLocation stored = new(Path.Combine(home.Path, "auth.json"), "one.key") { Order = order };
        Dictionary<string, string?> environment = own.Length > 0 ? new() { ["MINE"] = own } : [];

        var key = Assert.Single(
            KeyPlaceholders.Replace([new ProxyableAgentApiKey("MINE", null, "https://one.example") { Stored = stored }], environment)
        );

        Assert.Equal(expected, key.Key);
        Assert.Equal(key.Placeholder, environment["MINE"]);
    }

    /// <summary>Requests are signed by the key, and name it by its id.</summary>
    [Fact]
    public void Replace_KeyThatSigns_HidesItsIdAndToken()
    {
        Dictionary<string, string?> environment = new()
        {
            ["AWS_ACCESS_KEY_ID"] = "AKID",
            ["AWS_SECRET_ACCESS_KEY"] = "secret",
            ["AWS_SESSION_TOKEN"] = "token",
        };

        var key = Assert.Single(KeyPlaceholders.Replace(ProxyableAgentApiKey.OfBedrock("eu-west-1"), environment));

        Assert.Equal(("secret", "https://bedrock-runtime.eu-west-1.amazonaws.com"), (key.Key, key.Service));
        Assert.Equal(new AmazonSigningIdentity("AKID", "token"), key.Identity);
        Assert.Equal((key.Placeholder, null), (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SESSION_TOKEN"]));
        Assert.Equal(Proxy, environment["ANTHROPIC_BEDROCK_BASE_URL"]);
        Assert.DoesNotContain("secret", environment.Values);
    }

    [Fact]
    public void Replace_TwoKeysOfOneService_BothGoToTheAddressOfTheUser()
    {
        Dictionary<string, string?> environment = new()
        {
            ["ANTHROPIC_API_KEY"] = "one",
            ["ANTHROPIC_AUTH_TOKEN"] = "two",
            ["ANTHROPIC_BASE_URL"] = "https://gateway.corp/anthropic",
        };

        var keys = KeyPlaceholders.Replace(ProxyableAgentApiKey.OfAnthropic, environment);

        Assert.Equal(["one", "two"], keys.Select(key => key.Key));
        Assert.All(keys, key => Assert.Equal("https://gateway.corp/anthropic", key.Service));
        Assert.Equal(2, keys.Select(key => key.Placeholder).Distinct().Count());
        Assert.Equal(Proxy, environment["ANTHROPIC_BASE_URL"]);
    }

    [Theory]
    [InlineData("unix:/run/gateway.sock")]
    [InlineData("https://me:secret@gateway.corp")]
    [InlineData("gateway")]
    public void Replace_AddressThatTheProxyCanNotServe_LeavesTheKey(string address)
    {
        Dictionary<string, string?> environment = new() { ["ANTHROPIC_API_KEY"] = "real", ["ANTHROPIC_BASE_URL"] = address };

        Assert.Empty(KeyPlaceholders.Replace(ProxyableAgentApiKey.OfAnthropic, environment));

        Assert.Equal(("real", address), (environment["ANTHROPIC_API_KEY"], environment["ANTHROPIC_BASE_URL"]));
    }

    [Fact]
    public void Replace_NoKey_ChangesNothing()
    {
        Dictionary<string, string?> environment = new() { ["ANTHROPIC_API_KEY"] = "", ["ANTHROPIC_BASE_URL"] = "https://gateway.corp" };

        Assert.Empty(KeyPlaceholders.Replace(ProxyableAgentApiKey.OfAnthropic, environment));

        Assert.Equal("https://gateway.corp", environment["ANTHROPIC_BASE_URL"]);
    }

    [Fact]
    public void Of_VariableThatTheSettingsName_IsHandedOver()
    {
        string[] variables = ["ANTHROPIC_API_KEY"];

        var outside = KeyPlaceholders.Of(ProxyableAgentApiKey.OfAnthropic, variables);

        Assert.Equal("ANTHROPIC_AUTH_TOKEN", Assert.Single(outside).Variable);
        Assert.Equal(
            ["ANTHROPIC_API_KEY", "OPENAI_API_KEY"],
            KeyPlaceholders.FindInside(
                outside,
                ["OPENAI_API_KEY"],
                new Dictionary<string, string>
                {
                    ["OPENAI_API_KEY"] = "a",
                    ["ANTHROPIC_API_KEY"] = "b",
                    ["ANTHROPIC_AUTH_TOKEN"] = "c",
                    ["GITHUB_TOKEN"] = "d",
                    ["AWS_REGION"] = "e",
                    ["GEMINI_API_KEY"] = "f",
                },
                variables
            )
        );
    }

    [Fact]
    public void AuthoritiesIn_VariablesOfTheUser_AreTheirFiles() =>
        Assert.Equal(
            ["/corp/ca.pem"],
            KeyPlaceholders.AuthoritiesIn(
                new Dictionary<string, string?> { ["NODE_EXTRA_CA_CERTS"] = "/corp/ca.pem", ["SSL_CERT_FILE"] = "relative.pem" }
            )
        );

    [Fact]
    public void ProxyVariables_Always_LetProgramsReachTheProxyItself() =>
        Assert.Contains("127.0.0.1", ProxyVariables.Of(SandboxProxyRegistrar.ProxyPort)["no_proxy"], StringComparison.Ordinal);
}
