namespace Orchestrator.Network.Tests;

/// <summary>Requests of Claude Code 2.1.328 that its own library signed. Signed again by the same key, they have the same
/// signature.</summary>
public sealed class AmazonSignatureTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private const string Query = """
        GET /inference-profiles?type=SYSTEM_DEFINED
        x-amz-user-agent: aws-sdk-js/3.936.0
        host: 127.0.0.1:18999
        amz-sdk-invocation-id: 551f3076-d1b0-4b14-a2f0-195b6a26f9aa
        amz-sdk-request: attempt=1; max=3
        x-amz-date: 20261128T051858Z
        x-amz-security-token: session-1
        x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
        authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261128/eu-central-1/bedrock/aws4_request,
          SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-amz-user-agent,
          Signature=6ac6eb132612de0690d90f710d2dd4d94839b6694318e40aaac53d8af942ee63
        """;

    private const string Model = """
        POST /model/eu.anthropic.claude-haiku-4-5-20251001-v1:0/invoke
        Accept: application/json
        Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261128/eu-central-1/bedrock/aws4_request,
          SignedHeaders=accept;anthropic-version;content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-app;
         x-claude-code-session-id;x-stainless-arch;x-stainless-lang;x-stainless-os;x-stainless-package-version;
         x-stainless-retry-count;x-stainless-runtime;
         x-stainless-runtime-version;x-stainless-timeout,
          Signature=42d0312cd6b08eafd023f0e169e4f92af71e1bd8ead2f99f9d1fb835512056d2
        Content-Type: application/json
        Host: 127.0.0.1:18999
        User-Agent: claude-cli/2.1.328 (external, sdk-cli)
        anthropic-version: 2023-06-01
        x-amz-content-sha256: 7ffd1b967227d22d677c09ecefd6750e7e815ba89949383607d75b29be0cc2bc
        x-amz-date: 20261128T051859Z
        x-amz-security-token: session-1
        x-app: cli
        x-claude-code-session-id: 1dcc558d-a20f-40fc-ac7c-c61f745d6ecb
        x-stainless-arch: x64
        x-stainless-lang: js
        x-stainless-os: Linux
        x-stainless-package-version: 0.128.0
        x-stainless-retry-count: 0
        x-stainless-runtime: node
        x-stainless-runtime-version: v26.12.1
        x-stainless-timeout: 8
        """;

    [Theory]
    [InlineData(Query)]
    [InlineData(Model)]
    public void Renew_BySameKey_GivesTheSameSignature(string recorded)
    {
        var (signed, renewed) = Renew(recorded, "session-1");

        Assert.Equal(signed, renewed);
    }

    [Fact]
    public void Renew_ByPermanentKey_SignsAndSendsNoToken()
    {
        var (_, renewed) = Renew(Model, null);

        Assert.DoesNotContain("x-amz-security-token", renewed!, StringComparison.Ordinal);
        Assert.Contains("x-amz-date;x-app", renewed!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x-amz-date")]
    [InlineData("x-amz-content-sha256")]
    public void Renew_SignatureWithoutTimeOrContent_IsRefused(string header)
    {
        var recorded = string.Join('\n', Model.Split('\n').Where(line => !line.StartsWith(header, StringComparison.Ordinal)));

        Assert.Null(Renew(recorded, null).Renewed);
        Assert.Null(Renew(Model.Replace($"{header};", "", StringComparison.Ordinal), null).Renewed);
    }

    [Theory]
    [InlineData("Bearer a")]
    [InlineData("AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=b")]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, Signature=b")]
    [InlineData("AWS4-HMAC-SHA256 Credential=a/b/c/d/other, SignedHeaders=host, Signature=b")]
    public void TryParse_OtherText_IsNull(string authorization) => Assert.Null(AmazonSignature.TryParse(authorization));

    private static (string Signed, string? Renewed) Renew(string recorded, string? token)
    {
        // A line that starts with a space belongs to the one before.
        var lines = recorded.Replace("\n ", "", StringComparison.Ordinal).Split('\n');
        List<(string Name, string Value)> headers =
        [
            .. lines.Skip(1).Select(line => line.Split(": ", 2)).Select(line => (line[0], line[1])),
        ];
        var signed = Authorization(headers)!;
        var service = EndpointWithApiKey.Of(
            new ProxyInjectedApiKey("placeholder", Secret, "http://127.0.0.1:18999")
            {
                Identity = new AmazonSigningIdentity("AKIDEXAMPLE", token),
            }
        );
        var request = lines[0].Split(' ');
        var renewed = AmazonSignature.TryParse(signed)!.Renew(request[0], service.AddressOf(request[1])!, headers, service);
        return (signed, renewed is null ? null : Authorization(renewed));
    }

    private static string? Authorization(IReadOnlyList<(string Name, string Value)> headers) =>
        headers.Single(header => header.Name.Equals("authorization", StringComparison.OrdinalIgnoreCase)).Value;
}
