using System.Text.Json;

namespace Orchestrator.Gates.Packages.Audits;

/// <summary>
/// Parses the output of <c>npm audit --json</c>. In this output, npm 7 and later group vulnerabilities by package, whereas earlier versions
/// group them by advisory.
/// </summary>
internal static class NpmAuditParser
{
    public static PackageAuditResult Read(string output) => AuditJson.Read(output, Read);

    private static PackageAuditResult Read(JsonElement root)
    {
        if (root.At("error") is { ValueKind: JsonValueKind.Object } error)
        {
            return PackageAuditResult.None(
                AuditJson.ToOneLine(
                    AuditJson.First(error.At("summary").Text(), root.At("message").Text(), error.At("code").Text(), "an error")
                )
            );
        }
        return root.At("vulnerabilities").ValueKind == JsonValueKind.Object
                ? new PackageAuditResult([
                    .. root.At("vulnerabilities").Members().SelectMany(package => Of(package.Name, package.Value)).Distinct(),
                ])
            : root.At("advisories").ValueKind == JsonValueKind.Object
                ? new PackageAuditResult([
                    .. root.At("advisories").Members().SelectMany(advisory => OfAdvisory(advisory.Name, advisory.Value)).Distinct(),
                ])
            : PackageAuditResult.None(
                AuditJson.First(AuditJson.ToOneLine(root.At("message").Text()), "its answer lacks the member that lists vulnerabilities")
            );
    }

    // Skipped, because a string in 'via' names another package, which has an entry of its own.
    private static IEnumerable<Vulnerability> Of(string package, JsonElement entry) =>
        entry
            .At("via")
            .Items()
            .Where(via => via.ValueKind == JsonValueKind.Object)
            .Select(via => new Vulnerability(
                "npm audit",
                AuditJson.First(via.At("name").Text(), package),
                "",
                AuditJson.First(AuditJson.NameIn(via.At("url").Text()), via.At("source").ToString(), via.At("title").Text()),
                via.At("severity").Severity()
            ));

    private static IEnumerable<Vulnerability> OfAdvisory(string id, JsonElement advisory) =>
        advisory
            .At("findings")
            .Items()
            .Select(finding => finding.At("version").Text())
            .DefaultIfEmpty("")
            .Select(version => new Vulnerability(
                "npm audit",
                advisory.At("module_name").Text(),
                version,
                AuditJson.First(AuditJson.NameIn(advisory.At("url").Text()), id),
                advisory.At("severity").Severity()
            ));
}

/// <summary>Parses the output of <c>pip-audit --format json</c>, which does not include severities.</summary>
internal static class PipAuditParser
{
    public static PackageAuditResult Read(string output) => AuditJson.Read(output, Read);

    private static PackageAuditResult Read(JsonElement root)
    {
        // The first versions of the program printed only the list.
        var list = root.ValueKind == JsonValueKind.Array ? root : root.At("dependencies");
        if (list.ValueKind != JsonValueKind.Array)
        {
            return PackageAuditResult.None("its answer has no list of dependencies");
        }
        var skipped = list.Items()
            .Where(package => package.At("skip_reason").Text().Length > 0)
            .Select(package => package.At("name").Text())
            .ToList();
        return new PackageAuditResult(
            [
                .. list.Items()
                    .SelectMany(package =>
                        package
                            .At("vulns")
                            .Items()
                            .Select(vulnerability => new Vulnerability(
                                "pip-audit",
                                package.At("name").Text(),
                                package.At("version").Text(),
                                vulnerability.At("id").Text(),
                                AuditSeverity.Unrated
                            ))
                    )
                    .Distinct(),
            ],
            Left: skipped.Count == 0 ? "" : AuditJson.ToOneLine($"left out: {string.Join(", ", skipped)}")
        );
    }
}

/// <summary>
/// Parses the output of <c>dotnet list package --vulnerable --format json</c>. In this output, only projects with vulnerable packages have
/// the member <c>frameworks</c>.
/// </summary>
internal static class DotnetAuditParser
{
    // The command may print other lines first, such as the SDK's first-use message.
    public static PackageAuditResult Read(string output) =>
        output.IndexOf('{', StringComparison.Ordinal) is >= 0 and var start
            ? AuditJson.Read(output[start..], Read)
            : AuditJson.NoJson(output);

    private static PackageAuditResult Read(JsonElement root)
    {
        if (
            root.At("problems").Items().FirstOrDefault(problem => problem.At("level").Text() == "error") is
            { ValueKind: JsonValueKind.Object } error
        )
        {
            return PackageAuditResult.None(AuditJson.ToOneLine(error.At("text").Text()));
        }
        return root.At("projects").ValueKind != JsonValueKind.Array
            ? PackageAuditResult.None("its answer has no list of projects")
            : new PackageAuditResult([
                .. root.At("projects")
                    .Items()
                    .SelectMany(project => project.At("frameworks").Items())
                    .SelectMany(framework => framework.At("topLevelPackages").Items().Concat(framework.At("transitivePackages").Items()))
                    .SelectMany(Of)
                    .Distinct(),
            ]);
    }

    private static IEnumerable<Vulnerability> Of(JsonElement package) =>
        package
            .At("vulnerabilities")
            .Items()
            .Select(vulnerability => new Vulnerability(
                "dotnet",
                package.At("id").Text(),
                package.At("resolvedVersion").Text(),
                AuditJson.NameIn(AuditJson.First(vulnerability.At("advisoryurl").Text(), vulnerability.At("advisoryUrl").Text())),
                vulnerability.At("severity").Severity()
            ));
}

/// <summary>Parses the output of <c>cargo audit --json</c>, which has no named severities.</summary>
internal static class CargoAuditParser
{
    public static PackageAuditResult Read(string output) => AuditJson.Read(output, Read);

    private static PackageAuditResult Read(JsonElement root) =>
        root.At("vulnerabilities").At("list").ValueKind != JsonValueKind.Array
            ? PackageAuditResult.None("its answer has no list of vulnerabilities")
            : new PackageAuditResult([
                .. root.At("vulnerabilities")
                    .At("list")
                    .Items()
                    .Select(found => new Vulnerability(
                        "cargo audit",
                        found.At("package").At("name").Text(),
                        found.At("package").At("version").Text(),
                        found.At("advisory").At("id").Text(),
                        AuditSeverity.Unrated
                    ))
                    .Distinct(),
            ]);
}

/// <summary>
/// Parses the output of <c>govulncheck -format json</c>, which is a sequence of JSON documents. A vulnerability has low severity if no
/// vulnerable function is called, and unknown severity otherwise.
/// </summary>
internal static class GoAuditParser
{
    public static PackageAuditResult Read(string output)
    {
        if (
            AuditJson.ReadAll(output) is not { } messages
            || !messages.Any(message => message.At("config").ValueKind == JsonValueKind.Object)
        )
        {
            return AuditJson.NoJson(output);
        }
        return new PackageAuditResult([
            .. messages
                .Select(message => message.At("finding"))
                .Where(finding => finding.ValueKind == JsonValueKind.Object)
                .Select(finding => (Id: finding.At("osv").Text(), Place: finding.At("trace").Items().FirstOrDefault()))
                .GroupBy(finding => (finding.Id, Module: finding.Place.At("module").Text(), Version: finding.Place.At("version").Text()))
                .Select(same => new Vulnerability(
                    "govulncheck",
                    same.Key.Module,
                    same.Key.Version,
                    same.Key.Id,
                    same.Any(finding => finding.Place.At("function").Text().Length > 0) ? AuditSeverity.Unrated : AuditSeverity.Low
                )),
        ]);
    }
}
