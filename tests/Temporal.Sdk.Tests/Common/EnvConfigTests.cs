using System.Text;
using Temporalio.Common.EnvConfig;

namespace Orchestrator.Temporal.Sdk.Tests.Common;

public sealed class EnvConfigTests
{
    private const string File = """
        # comment
        [profile.default]
        address = "default:7233"
        namespace = 'literal\n'

        [profile."cloud".tls]
        server_name = "name"   # trailing
        client_cert_data = '''
        -----BEGIN-----
        two lines'''
        client_key_path = "/key"
        [profile.cloud]
        address = "cloud:7233"
        api_key = "k\u00E9y"
        [profile.cloud.grpc_meta]
        Some_Header = "value"
        other = "gone"
        """;

    private static readonly Dictionary<string, string> NoVariables = [];

    [Fact]
    public void Profile_OfTheFile_IsReadWithVariablesOverIt()
    {
        var profile = ClientEnvConfig.Profile.Load(
            new()
            {
                Profile = "cloud",
                ConfigSource = DataSource.FromUTF8String(File),
                OverrideEnvVars = new Dictionary<string, string>
                {
                    ["TEMPORAL_ADDRESS"] = "other:7233",
                    ["TEMPORAL_NAMESPACE"] = "ns",
                    ["TEMPORAL_GRPC_META_OTHER"] = string.Empty,
                    ["TEMPORAL_GRPC_META_X_NEW"] = "new",
                    ["TEMPORAL_TLS_SERVER_CA_CERT_DATA"] = "ca",
                },
            }
        );
        Assert.Equal(("other:7233", "ns", "kéy"), (profile.Address, profile.Namespace, profile.ApiKey));
        Assert.Equal(new Dictionary<string, string> { ["some-header"] = "value", ["x-new"] = "new" }, profile.GrpcMeta);
        Assert.Equal("-----BEGIN-----\ntwo lines", Encoding.UTF8.GetString(profile.Tls!.ClientCert!.GetBytes()));
        Assert.Equal(
            ("name", "/key", "ca"),
            (profile.Tls.ServerName, profile.Tls.ClientPrivateKey!.Path, Encoding.UTF8.GetString(profile.Tls.ServerRootCACert!.GetBytes()))
        );

        var again = ClientEnvConfig.Profile.FromDictionary(profile.ToDictionary());
        Assert.Equal((profile.Address, profile.ApiKey, profile.Tls.ServerName), (again.Address, again.ApiKey, again.Tls!.ServerName));
    }

    [Fact]
    public void DefaultProfile_NeedNotBeThere_OthersMust()
    {
        var options = ClientEnvConfig.LoadClientConnectOptions(
            new() { ConfigSource = DataSource.FromUTF8String(File), OverrideEnvVars = NoVariables }
        );
        Assert.Equal(("default:7233", @"literal\n", null), (options.TargetHost, options.Namespace, options.Tls));
        Assert.Null(ClientEnvConfig.Profile.Load(new() { DisableFile = true, OverrideEnvVars = NoVariables }).Address);
        Assert.Throws<InvalidOperationException>(() =>
            ClientEnvConfig.Profile.Load(
                new()
                {
                    Profile = "none",
                    ConfigSource = DataSource.FromUTF8String(File),
                    OverrideEnvVars = NoVariables,
                }
            )
        );
        var tls = ClientEnvConfig
            .LoadClientConnectOptions(
                new()
                {
                    DisableFile = true,
                    OverrideEnvVars = new Dictionary<string, string> { ["TEMPORAL_API_KEY"] = "key" },
                }
            )
            .Tls;
        Assert.False(tls!.Disabled);
        tls = ClientEnvConfig
            .LoadClientConnectOptions(
                new()
                {
                    DisableFile = true,
                    OverrideEnvVars = new Dictionary<string, string> { ["TEMPORAL_API_KEY"] = "key", ["TEMPORAL_TLS"] = "false" },
                }
            )
            .Tls;
        Assert.Null(tls);
    }

    [Theory]
    [InlineData("[profile.other]\naddress = 'there'", "there", "Profile 'there' not found")]
    [InlineData("[profile.default]\nadress = 'there'", "default", "unrecognized")]
    [InlineData("this is not valid", "default", "TOML")]
    [InlineData("[profile.default.tls]\nclient_cert_path = 'a'\nclient_cert_data = 'b'", "default", "Cannot specify both")]
    public void File_ThatCannotBeUsed_IsRefusedInTheWordsOfTheOfficialSdk(string text, string profile, string words)
    {
        var error = Assert.Throws<InvalidOperationException>(() =>
            ClientEnvConfig.Profile.Load(
                new()
                {
                    Profile = profile,
                    ConfigSource = DataSource.FromUTF8String(text),
                    ConfigFileStrict = true,
                    OverrideEnvVars = new Dictionary<string, string>(),
                }
            )
        );

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[profile.x]\naddress = \"a", 2)]
    [InlineData("[profile.x]\n\naddress = word", 3)]
    [InlineData("[profile.x\n", 1)]
    [InlineData("[profile.x]\naddress = \"a\" b", 2)]
    [InlineData("[profile.x]\naddress = \"a\"\naddress = \"b\"", 3)]
    public void File_ThatIsWrong_IsRefusedWithItsLine(string text, int line)
    {
        var error = Assert.Throws<InvalidOperationException>(() =>
            ClientEnvConfig.Load(new() { ConfigSource = DataSource.FromUTF8String(text), OverrideEnvVars = NoVariables })
        );
        Assert.Contains($"line {line}:", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client_key_path", "TEMPORAL_TLS_CLIENT_KEY_DATA")]
    [InlineData("client_key_data", "TEMPORAL_TLS_CLIENT_KEY_PATH")]
    [InlineData("client_cert_path", "TEMPORAL_TLS_CLIENT_CERT_DATA")]
    [InlineData("server_ca_cert_data", "TEMPORAL_TLS_SERVER_CA_CERT_PATH")]
    public void PathAndData_OneInTheFileAndOneInTheEnvironment_AreRefused(string inFile, string variable)
    {
        var error = Assert.Throws<InvalidOperationException>(() =>
            ClientEnvConfig.Profile.Load(
                new()
                {
                    ConfigSource = DataSource.FromUTF8String($"[profile.default.tls]\n{inFile} = \"a\""),
                    OverrideEnvVars = new Dictionary<string, string> { [variable] = "b" },
                }
            )
        );

        Assert.Contains($"Cannot specify {variable}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PathAndData_InOneSource_AreRefused()
    {
        var variables = new Dictionary<string, string> { ["TEMPORAL_TLS_CLIENT_KEY_DATA"] = "a", ["TEMPORAL_TLS_CLIENT_KEY_PATH"] = "b" };

        Assert.Throws<InvalidOperationException>(() =>
            ClientEnvConfig.Profile.Load(new() { DisableFile = true, OverrideEnvVars = variables })
        );
    }

    [Fact]
    public void Profile_FromNoSourceAtAll_IsRefused() =>
        Assert.Throws<InvalidOperationException>(() => ClientEnvConfig.Profile.Load(new() { DisableFile = true, DisableEnv = true }));

    [Fact]
    public void UnknownName_InStrictMode_IsRefused()
    {
        var source = DataSource.FromUTF8String("[profile.x]\nadress = \"a\"");
        Assert.Single(ClientEnvConfig.Load(new() { ConfigSource = source, OverrideEnvVars = NoVariables }).Profiles);
        var error = Assert.Throws<InvalidOperationException>(() =>
            ClientEnvConfig.Load(
                new()
                {
                    ConfigSource = source,
                    ConfigFileStrict = true,
                    OverrideEnvVars = NoVariables,
                }
            )
        );
        Assert.Contains("profile.x.adress", error.Message, StringComparison.Ordinal);
    }
}
