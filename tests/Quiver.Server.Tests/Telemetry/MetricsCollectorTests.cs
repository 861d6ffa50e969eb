using System.Diagnostics.Metrics;
using Quiver.Server.Telemetry;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Telemetry;

/// <summary>Instruments in, samples out.</summary>
public sealed class MetricsCollectorTests : IDisposable
{
    private readonly Meter _meter = new(nameof(MetricsCollectorTests));

    public void Dispose() => _meter.Dispose();

    [Fact]
    public void What_many_threads_record_is_counted_to_the_last()
    {
        var counter = _meter.CreateCounter<long>("a.counter");
        var histogram = _meter.CreateHistogram("a.histogram", null, null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2, 4] });
        using var collector = Collect();
        string[] colours = ["red", "green", "blue"];

        Parallel.For(0, 8, thread =>
        {
            for (var i = 0; i < 30_000; i++)
            {
                counter.Add(2, new KeyValuePair<string, object?>("colour", colours[i % 3]));
                histogram.Record(i % 6);
            }
        });

        var metrics = Exposition.Read(collector.Expose(openMetrics: false));
        foreach (var colour in colours)
            Assert.Equal(8 * 20_000, metrics.Value("a_counter_total", ("colour", colour)));
        // 0 and 1; then 2; then 3 and 4; then 5.
        Assert.Equal(8 * 10_000, metrics.Value("a_histogram_bucket", ("le", "1")));
        Assert.Equal(8 * 15_000, metrics.Value("a_histogram_bucket", ("le", "2")));
        Assert.Equal(8 * 25_000, metrics.Value("a_histogram_bucket", ("le", "4")));
        Assert.Equal(8 * 30_000, metrics.Value("a_histogram_bucket", ("le", "+Inf")));
        Assert.Equal(8 * 5_000 * (0 + 1 + 2 + 3 + 4 + 5), metrics.Value("a_histogram_sum"));
    }

    [Fact]
    public void An_instrument_that_fails_costs_no_other_its_value()
    {
        _meter.CreateObservableGauge("a.first", () => 1);
        _meter.CreateObservableGauge("a.second", int () => throw new InvalidOperationException());
        _meter.CreateObservableGauge("a.third", () => 3);
        _meter.CreateCounter<long>("a.counter").Add(1);
        using var collector = Collect();

        var metrics = Exposition.Read(collector.Expose(openMetrics: false));
        Assert.Equal(1, metrics.Value("a_first"));
        Assert.Equal(3, metrics.Value("a_third"));
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var counter = _meter.CreateCounter<long>("a.counter");
        var histogram = _meter.CreateHistogram<double>("a.histogram", "s");
        using var collector = Collect();
        object status = 200;
        // Code that is compiled anew meanwhile may allocate once; recording would in every round.
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => AllocatedByRound()));

        long AllocatedByRound()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 10_000; i++)
                Record();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Record()
        {
            counter.Add(1);
            histogram.Record(0.25, [new("method", "GET"), new("status", status), new("route", "/v1/embeddings"), new("scheme", "http")]);
        }
    }

    [Fact]
    public void Labels_without_bound_end_in_one_series()
    {
        var counter = _meter.CreateCounter<long>("a.counter");
        using var collector = Collect();
        for (var i = 0; i < MetricFamily.MaxSeries + 1000; i++)
            counter.Add(1, new KeyValuePair<string, object?>("user", i));

        var metrics = Exposition.Read(collector.Expose(openMetrics: false));
        Assert.Equal(MetricFamily.MaxSeries + 1, metrics.Families["a_counter_total"].Samples.Count);
        Assert.Equal(1000, metrics.Value("a_counter_total", ("otel_metric_overflow", "true")));
        Assert.All(Enumerable.Range(0, MetricFamily.MaxSeries), i => Assert.Equal(1, metrics.Value("a_counter_total", ("user", $"{i}"))));
    }

    [Fact]
    public void Anything_may_stand_in_a_label_and_comes_back_the_same()
    {
        const string Nasty = "a \"quoted\" back\\slash\nnew line, comma=} é \u0001";
        var counter = _meter.CreateCounter<long>("a.counter", description: "With a \\ and a\nline break.");
        using var collector = Collect();
        counter.Add(1, new KeyValuePair<string, object?>("nasty", Nasty));

        var metrics = Exposition.Read(collector.Expose(openMetrics: false));
        Assert.Equal(1, metrics.Value("a_counter_total", ("nasty", Nasty)));
    }

    [Fact]
    public void What_is_observed_no_more_is_exposed_no_more()
    {
        var lanes = new List<string> { "interactive", "bulk" };
        _meter.CreateObservableGauge("a.gauge", () => lanes.Select(lane => new Measurement<int>(7, new KeyValuePair<string, object?>("lane", lane))));
        using var collector = Collect();
        for (var i = 0; i < 2; i++)
            Assert.Equal(7, Exposition.Read(collector.Expose(openMetrics: false)).Value("a_gauge", ("lane", "bulk")));

        lanes.Remove("bulk");
        Assert.Equal("interactive", Assert.Single(Exposition.Read(collector.Expose(openMetrics: false)).Families["a_gauge"].Samples).Labels["lane"]);
    }

    [Fact]
    public void A_view_adds_up_the_series_of_its_instrument_under_its_own_name_and_buckets()
    {
        _meter.CreateObservableGauge("a.gauge", () => new Measurement<int>[] { new(3, new KeyValuePair<string, object?>("lane", "interactive")), new(4, new KeyValuePair<string, object?>("lane", "bulk")) });
        var histogram = _meter.CreateHistogram<double>("a.wait", "s");
        using var collector = Collect(new("a.gauge", "other_size", "Help."), new("a.wait", "other_wait", "", [0.5]));
        histogram.Record(0.3, new KeyValuePair<string, object?>("lane", "interactive"));
        histogram.Record(0.9, new KeyValuePair<string, object?>("lane", "bulk"));

        var metrics = Exposition.Read(collector.Expose(openMetrics: false));
        Assert.Equal(7, metrics.Value("other_size"));
        Assert.Equal(1, metrics.Value("other_wait_bucket", ("le", "0.5")));
        Assert.Equal(2, metrics.Value("other_wait_count"));
        Assert.Equal(1, metrics.Value("a_wait_seconds_count", ("lane", "bulk")));
    }

    [Theory]
    [InlineData(0.000015000000000000002, "0.000015000000000000002")]
    [InlineData(14.561096060497142, "14.561096060497142")]
    [InlineData(0.1, "0.1")]
    [InlineData(1048576, "1048576")]
    public void Bounds_are_written_without_exponent(double bound, string expected) => Assert.Equal(expected, PrometheusText.Bound(bound));

    private MetricsCollector Collect(params MetricView[] views) => new(instrument => instrument.Meter == _meter, views);
}
