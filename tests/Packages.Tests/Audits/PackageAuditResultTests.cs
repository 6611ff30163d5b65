using Orchestrator.Gates.Packages.Audits;

namespace Orchestrator.Packages.Tests.Audits;

/// <summary>Documented outputs of the audit tools become vulnerabilities, or no answer.</summary>
public sealed class PackageAuditResultTests
{
    [Theory]
    [InlineData(
        "npm audit",
        """{"auditReportVersion":2,"vulnerabilities":{"mkdirp":{"name":"mkdirp","severity":"critical","isDirect":true,"via":"""
            + """["minimist"],"effects":[],"range":"0.4.1 - 0.5.1","nodes":["node_modules/mkdirp"],"fixAvailable":true},"minimist":"""
            + """{"name":"minimist","severity":"critical","isDirect":false,"via":[{"source":"""
            + """1097678,"name":"minimist","dependency":"minimist","title":"Prototype Pollution in minimist","url":"https:"""
            + """//github.com/advisories/GHSA-xvch-5gv4-984h","severity":"critical","cwe":["CWE-1321"],"range":"<0.2.4"},{"source":"""
            + """1096465,"name":"minimist","dependency":"minimist","title":"Prototype Pollution","url":"https:"""
            + """//github.com/advisories/GHSA-vh95-rmgr-6w4m","severity":"moderate","range":"<0.2.1"}],"effects":"""
            + """["mkdirp"],"range":"<=0.2.3","nodes":["node_modules/minimist"],"fixAvailable":true}},"metadata":{"vulnerabilities":"""
            + """{"critical":2,"total":2}}}""",
        "minimist: GHSA-xvch-5gv4-984h (critical, by npm audit)|minimist: GHSA-vh95-rmgr-6w4m (moderate, by npm audit)"
    )]
    [InlineData(
        "npm audit",
        """{"actions":[],"advisories":{"118":{"findings":[{"version":"2.0.10","paths":["glob>minimatch"]}],"id":"""
            + """118,"module_name":"minimatch","severity":"high","title":"Regular Expression Denial of Service","url":"https:"""
            + """//npmjs.com/advisories/118"}},"metadata":{}}""",
        "minimatch 2.0.10: 118 (high, by npm audit)"
    )]
    [InlineData("npm audit", """{"auditReportVersion":2,"vulnerabilities":{},"metadata":{"vulnerabilities":{"total":0}}}""", "")]
    [InlineData(
        "pip-audit",
        """{"dependencies":[{"name":"flask","version":"0.5","vulns":[{"id":"PYSEC-2019-179","fix_versions":["1.0"],"aliases":"""
            + """["CVE-2019-1010083"],"description":"..."}]},{"name":"jinja2","version":"3.0.2","vulns":[]}],"fixes":[]}""",
        "flask 0.5: PYSEC-2019-179 (severity not given, by pip-audit)"
    )]
    [InlineData(
        "pip-audit",
        """[{"name":"flask","version":"0.5","vulns":[{"id":"PYSEC-2018-66","fix_versions":["0.12.3"]}]}]""",
        "flask 0.5: PYSEC-2018-66 (severity not given, by pip-audit)"
    )]
    [InlineData(
        "dotnet list package --vulnerable",
        """{"version":1,"parameters":"--vulnerable","sources":["https://api.nuget.org/v3/index.json"],"projects":["""
            + """{"path":"/a/A.csproj","frameworks":[{"framework":"net8.0","topLevelPackages":["""
            + """{"id":"Newtonsoft.Json","requestedVersion":"12.0.1","resolvedVersion":"12.0.1","vulnerabilities":["""
            + """{"severity":"High","advisoryurl":"https://github.com/advisories/GHSA-5crp-9r3c-p9vr"}]}],"transitivePackages":["""
            + """{"id":"System.Net.Http","resolvedVersion":"4.3.0","vulnerabilities":[{"severity":"Moderate","advisoryurl":"https:"""
            + """//github.com/advisories/GHSA-7jgj-8wvc-jh57"}]}]}]},{"path":"/a/B.csproj"}]}""",
        "Newtonsoft.Json 12.0.1: GHSA-5crp-9r3c-p9vr (high, by dotnet)|System.Net.Http 4.3.0: GHSA-7jgj-8wvc-jh57 (moderate, by dotnet)"
    )]
    [InlineData(
        "cargo audit",
        """{"database":{"advisory-count":500},"lockfile":{"dependency-count":10},"vulnerabilities":{"found":true,"count":"""
            + """1,"list":[{"advisory":{"id":"RUSTSEC-2020-0071","package":"time","title":"Potential segfault in the time """
            + """crate","cvss":"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H"},"versions":{"patched":[">=0.2.23"]},"package":"""
            + """{"name":"time","version":"0.1.43"}}]},"warnings":{}}""",
        "time 0.1.43: RUSTSEC-2020-0071 (severity not given, by cargo audit)"
    )]
    [InlineData(
        "govulncheck",
        """
            {"config":{"protocol_version":"v1.0.0","scanner_name":"govulncheck"}}
            {"progress":{"message":"Scanning your code"}}
            {"osv":{"id":"GO-2021-0113","aliases":["CVE-2021-38561"]}}
            {"finding":{"osv":"GO-2021-0113","fixed_version":"v0.3.7","trace":[{"module":"golang.org/x/text","version":"v0.3.5"}]}}
            {"finding":{"osv":"GO-2021-0113","fixed_version":"v0.3.7","trace":[
              {"module":"golang.org/x/text","version":"v0.3.5","package":"golang.org/x/text/language",
              "function":"Parse"},{"module":"example.com/a","package":"example.com/a","function":"main"}]}}
            {"finding":{"osv":"GO-2022-0969","trace":[{"module":"golang.org/x/net","version":"v0.0.1"}]}}
            """,
        "golang.org/x/text v0.3.5: GO-2021-0113 (severity not given, by govulncheck)|golang.org/x/net v0.0.1: GO-2022-0969 (low, by "
            + "govulncheck)"
    )]
    public void Read_DocumentedOutput_NamesEachVulnerabilityOnce(string tool, string output, string found)
    {
        var answer = Read(tool, output);

        Assert.Null(answer.Unanswered);
        Assert.Equal(found, string.Join('|', answer.Found));
    }

    [Theory]
    [InlineData(
        "npm audit",
        """{"message":"request to https://registry.npmjs.org/-/npm/v1/security/audits/quick failed","error":{"summary":"","detail":""}}""",
        "request to https://registry.npmjs.org"
    )]
    [InlineData(
        "npm audit",
        """{"error":{"code":"ENOLOCK","summary":"This command requires an existing lockfile.","detail":"Try creating one first"}}""",
        "requires an existing lockfile"
    )]
    [InlineData("npm audit", "{}", "lacks the member that lists vulnerabilities")]
    [InlineData("npm audit", "", "it printed nothing")]
    [InlineData("npm audit", "found 0 vulnerabilities", "it printed no JSON: found 0 vulnerabilities")]
    [InlineData("npm audit", "[[[", "it printed no JSON")]
    [InlineData("pip-audit", """{"dependencies":7}""", "no list of dependencies")]
    [InlineData(
        "dotnet list package --vulnerable",
        """{"version":1,"problems":[{"project":"A.csproj","level":"error","text":"No assets file was found for `A.csproj`. """
            + """Please run restore."}],"projects":[{"path":"A.csproj"}]}""",
        "No assets file was found"
    )]
    [InlineData("cargo audit", """{"vulnerabilities":{}}""", "no list of vulnerabilities")]
    [InlineData("govulncheck", """{"progress":{"message":"Scanning"}}""", "it printed no JSON")]
    [InlineData("govulncheck", "govulncheck: no go.mod file", "it printed no JSON")]
    public void Read_NoAnswer_IsNotClean(string tool, string output, string why) => Assert.Contains(why, Read(tool, output).Unanswered);

    [Fact]
    public void Read_PackageLeftOut_SaysSo() =>
        Assert.Equal(
            "left out: mine",
            Read(
                "pip-audit",
                """{"dependencies":[{"name":"mine","skip_reason":"not on PyPI"},{"name":"a","version":"1","vulns":[]}]}"""
            ).Left
        );

    [Theory]
    [InlineData("npm audit", "web/packages/a/package.json", "web/package-lock.json")]
    [InlineData("npm audit", "other/package.json", null)]
    [InlineData("pip-audit", "api/requirements-dev.txt", "api/requirements-dev.txt")]
    [InlineData("pip-audit", "api/uv.lock", "api/requirements-dev.txt")]
    [InlineData("dotnet list package --vulnerable", "net/A/A.csproj", "net/All.sln")]
    [InlineData("dotnet list package --vulnerable", "lone/B.csproj", "lone/B.csproj")]
    [InlineData("dotnet list package --vulnerable", "lone/gone/C.csproj", "lone/B.csproj")]
    public void SubjectOf_ChangedFile_IsTheNearestThatTheToolReads(string tool, string changed, string? subject) =>
        Assert.Equal(
            subject,
            Tool(tool)
                .SubjectOf(
                    changed,
                    ["web/package-lock.json", "api/requirements-dev.txt", "api/uv.lock", "net/All.sln", "net/A/A.csproj", "lone/B.csproj"]
                )
        );

    private static AuditTool Tool(string name) => AuditTool.All.Single(tool => tool.Name == name);

    private static PackageAuditResult Read(string tool, string output) => Tool(tool).Read(output);
}
