using Quiver.Storage;

namespace Quiver.Tests.Caching;

public sealed class PostgreSqlTierTests() : DatabaseTierConformance(SqlEngine.PostgreSql);
